//! Where things are, and what is said of several mistakes at once.

use obsctl_gotemplate::ast::Node;
use obsctl_gotemplate::parse;
use obsctl_gotemplate::prometheus::{Alert, DIALECT, Error, Template};

fn found(text: &str) -> Vec<(&str, String, Option<String>)> {
    let errors = parse(text, &DIALECT).errors.into_iter();
    errors
        .map(|error| (&text[error.span.range()], error.message, error.help))
        .collect()
}

#[test]
fn every_mistake_is_found_at_its_place() {
    let text = "{{ humanise $value }} {{ $lables.a }} {{ if gt $value > 5 }}{{ value }}{{ end }}";
    let found: Vec<_> = found(text);
    let expected = [
        (
            "humanise",
            "there is no function `humanise`",
            "did you mean `humanize`?",
        ),
        (
            "$lables",
            "variable `$lables` is not defined",
            "did you mean `$labels`?",
        ),
        (
            ">",
            "`>` has no meaning in a template",
            "comparisons are functions: `gt $value 5.0`, `ge` for at least",
        ),
    ];
    for ((place, message, help), expected) in found.iter().zip(expected) {
        assert_eq!(
            (*place, message.as_str(), help.as_deref().unwrap()),
            expected
        );
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn what_is_never_closed_is_shown_where_it_opens() {
    for (text, place, message) in [
        ("a {{ $value", "{{", "`{{` is never closed"),
        ("{{ if 1 }}{{ $value", "{{", "`{{` is never closed"),
        ("{{ range $labels }}x", "range", "`range` is never ended"),
        ("{{ (1 }}", "(", "`(` is never closed"),
    ] {
        let found = found(text);
        assert_eq!(
            (found[0].0, found[0].1.as_str()),
            (place, message),
            "{text}"
        );
    }
}

#[test]
fn errors_of_rendering_have_places_as_well() {
    let text = "{{ $labels.job }} {{ $labels.job | humanize }}";
    let error = Template::parse(text).render(&Alert::named("A"), &|_| Ok(vec![]));
    let Err(Error::Render(error)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(&text[error.span.range()], "humanize");
}

#[test]
fn blocks_nest_so_deep_and_no_deeper() {
    let text = "{{ if 1 }}".repeat(5000) + &"{{ end }}".repeat(5000);
    assert_eq!(found(&text).len(), 1);
    let text = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(found(&text).len(), 1);
    // A long chain is no deep one.
    let text = "{{ if 0 }}".to_owned() + &"{{ else if 0 }}".repeat(5000) + "{{ end }}";
    assert_eq!(found(&text).len(), 0);
    let nodes = parse(&text, &DIALECT).nodes;
    assert!(matches!(&nodes[..], [Node::Control(control)] if control.branches.len() == 5001));
}
