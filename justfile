# Shows the recipes.
default:
    @just --list

# Everything CI demands (`.ci/run`), and what dependencies may be; changes nothing.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    cargo test --workspace
    cargo test -p obsctl-telemetry --features grpc --test export
    cargo run --release -- generate --check
    cargo run --release -- check
    cargo deny check

# Formats, applies lints, brings the generated files up to date.
fix:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged
    cargo run --release -- generate

# Brings the generated files up to date.
generate:
    cargo run --release -- generate

# All tests.
test:
    cargo test --workspace

# Benchmarks inside one process; see docs/benchmarks.md.
bench:
    cargo bench --bench stack
