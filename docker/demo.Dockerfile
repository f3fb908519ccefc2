# The demo: one static program in an empty image, run by nobody in particular.

FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base
WORKDIR /src
COPY . .
# Built for starting soon, not for running fast: whole-program optimisation would double the time.
ENV CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_STRIP=symbols
# Crates and what was compiled of them stay between builds; the program is taken out of the cache.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package obsctl-demo --bin obsctl-demo \
    && install -D target/release/obsctl-demo /out/obsctl-demo
# An empty image has nothing to make a folder with: the database's comes along with its owner.
RUN mkdir /out/data

FROM scratch
COPY --from=build /out/obsctl-demo /obsctl-demo
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENTRYPOINT ["/obsctl-demo"]
CMD ["all"]
