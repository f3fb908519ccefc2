//! What cannot be done is said plainly, and the files that are there stay as they are.

use insta::assert_snapshot;

use crate::common::{CliTest, shop};

const PROMETHEUS: &str = "provisioning/prometheus/prometheus.yml";

/// Files that are all out of date.
fn outdated() -> CliTest {
    let test = CliTest::new();
    let report = test.run_over(shop(), &["generate"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    for (path, text) in test.snapshot() {
        if path != ".obsctl-manifest" {
            test.write(&path, &format!("{text}\n"));
        }
    }
    test
}

/// Runs `generate`, which must fail and leave everything as it was.
fn refused(test: &CliTest, args: &[&str]) -> String {
    let before = test.snapshot();
    let report = test.run_over(shop(), args);
    assert!(test.snapshot() == before, "files changed: {report}");
    report
}

#[test]
fn a_file_where_the_output_folder_should_be() {
    let test = CliTest::new();
    test.write("out", "");
    let report = refused(&test, &["generate", "--out", "out"]);
    assert!(report.starts_with("exit status: 2"), "{report}");
    assert!(
        report.contains("error: `out` is a file where a folder is needed"),
        "{report}"
    );
}

#[test]
fn a_file_where_a_generated_folder_should_be() {
    let test = CliTest::new();
    test.write("provisioning/prometheus", "");
    assert_snapshot!(refused(&test, &["generate"]), @"
    exit status: 2
    ----- stderr -----
    error: `provisioning/prometheus` is a file where a folder is needed
      help: no file was changed; move it away, or choose another folder with `--out`
    ");
}

#[test]
fn a_folder_where_a_file_should_be() {
    let test = CliTest::new();
    test.write(&format!("{PROMETHEUS}/inside"), "");
    assert_snapshot!(refused(&test, &["generate"]), @"
    exit status: 2
    ----- stderr -----
    error: `provisioning/prometheus/prometheus.yml` is a folder where a file is needed
      help: no file was changed; move it away, or choose another folder with `--out`
    ");
}

#[test]
fn a_read_only_file() {
    let test = outdated();
    let mut permissions = std::fs::metadata(test.path(PROMETHEUS))
        .unwrap()
        .permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(test.path(PROMETHEUS), permissions).unwrap();
    assert_snapshot!(refused(&test, &["generate"]), @"
    exit status: 2
    ----- stderr -----
    error: `provisioning/prometheus/prometheus.yml` is read-only
      help: no file was changed; make it writable
    ");
}

#[test]
fn a_damaged_list_of_files() {
    let test = outdated();
    let damaged = test.read(".obsctl-manifest") + "../../etc/passwd\n";
    test.write(".obsctl-manifest", &damaged);
    let report = refused(&test, &["generate"]);
    assert!(report.starts_with("exit status: 2"), "{report}");
    assert!(
        report.contains("names `../../etc/passwd`, which is in no generated folder"),
        "{report}"
    );
    assert!(
        report.contains("help: restore it from version control"),
        "{report}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_is_not_text_is_replaced() {
    let test = outdated();
    std::fs::write(test.path(PROMETHEUS), [0xff, 0xfe, 0x00]).unwrap();
    let report = test.run_over(shop(), &["generate"]);
    assert!(report.starts_with("exit status: 0"), "{report}");
    assert!(test.read(PROMETHEUS).contains("scrape_configs"));
}

/// Real processes over the reference stack, whose limits and user can be set.
#[cfg(target_os = "linux")]
mod processes {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    use super::CliTest;

    /// The reference stack's files, all out of date.
    fn outdated() -> CliTest {
        let test = CliTest::new();
        let report = test.run(&["generate"]);
        assert!(report.starts_with("exit status: 0"), "{report}");
        for (path, text) in test.snapshot() {
            if path != ".obsctl-manifest" {
                test.write(&path, &format!("{text}\n"));
            }
        }
        test
    }

    /// No file may grow beyond 1 KiB: small ones are stored, then one fails in the middle of its text.
    #[test]
    fn a_disk_that_is_full_in_the_middle_of_a_write() {
        let test = outdated();
        let before = test.snapshot();
        assert!(before.iter().any(|(_, text)| text.len() < 1024));
        assert!(before.iter().any(|(_, text)| text.len() > 1024));
        let output = test
            .command_of(
                "sh",
                &[
                    "-c",
                    "trap '' XFSZ; ulimit -f 2; exec \"$0\" generate",
                    env!("CARGO_BIN_EXE_obsctl"),
                ],
            )
            .output()
            .unwrap();
        let report = test.shown(&output);
        assert!(report.starts_with("exit status: 2"), "{report}");
        assert!(report.contains("error: failed to write `"), "{report}");
        assert!(
            report.contains("help: no file was changed; make room and run it again"),
            "{report}"
        );
        assert!(test.snapshot() == before, "files changed: {report}");
    }

    #[test]
    fn folders_that_cannot_be_written_to() {
        let test = outdated();
        let binary = test.path("obsctl");
        std::fs::copy(env!("CARGO_BIN_EXE_obsctl"), &binary).unwrap();
        let before = test.snapshot();
        set_modes(&test.path(""), 0o555);
        // Permissions do not bind root: where the tests run as root, the tool runs as somebody else.
        let is_root = std::fs::File::open("/etc/shadow").is_ok();
        let somebody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let mut command = Command::new(if is_root { "setpriv" } else { "env" });
        if is_root {
            command.args(somebody);
        }
        command
            .arg(&binary)
            .arg("generate")
            .current_dir(test.path(""));
        let output = command.output();
        set_modes(&test.path(""), 0o755);
        let report = test.shown(&output.unwrap());
        assert!(test.snapshot() == before, "files changed: {report}");
        assert!(report.starts_with("exit status: 2"), "{report}");
        assert!(report.contains("error: failed to write `"), "{report}");
        assert!(report.contains("cause: permission denied\n"), "{report}");
        assert!(
            report.contains("help: no file was changed; make the folder writable"),
            "{report}"
        );
    }

    /// Sets the mode of a folder and of all folders in it.
    fn set_modes(folder: &Path, mode: u32) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                set_modes(&path, mode);
            }
        }
        std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap();
    }
}
