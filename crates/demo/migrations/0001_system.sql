-- Read by SQLite and PostgreSQL alike: times are milliseconds since 1970, identifiers are text.
CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL
);

CREATE TABLE sessions (
    token TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    provider TEXT NOT NULL,
    label TEXT NOT NULL,
    status TEXT NOT NULL,
    encrypted_credentials TEXT NOT NULL,
    encryption_key_version BIGINT NOT NULL,
    next_sync_at BIGINT NOT NULL
);

CREATE INDEX connections_by_tenant ON connections (tenant_id);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    connection_id TEXT,
    job_type TEXT NOT NULL,
    queue TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    headers TEXT NOT NULL,
    error_message TEXT,
    run_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    worker_id TEXT
);

CREATE INDEX jobs_by_status ON jobs (status, run_at);
CREATE INDEX jobs_by_tenant ON jobs (tenant_id);

CREATE TABLE syncs (
    connection_id TEXT NOT NULL,
    object_type TEXT NOT NULL,
    last_success_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, object_type)
);

CREATE TABLE canonical_rows (
    tenant_id TEXT NOT NULL,
    object_type TEXT NOT NULL,
    external_id TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, object_type, external_id)
);

-- An outbox: written with the change it tells of, published by the API.
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    tenant_id TEXT,
    user_id TEXT,
    category TEXT NOT NULL,
    action TEXT NOT NULL,
    headers TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published BIGINT NOT NULL
);

CREATE INDEX audit_events_unpublished ON audit_events (published, created_at);

CREATE TABLE scenarios (
    name TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL
);
