-- Sessions, and what is needed to load them again.
CREATE TABLE sessions (
    id      TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the owner's token.
    owner   BLOB NOT NULL,
    lesson  TEXT,
    -- Milliseconds of the Unix epoch.
    made    INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    -- How often it was loaded: only grows, and client ids come of it.
    loads   INTEGER NOT NULL DEFAULT 0,
    -- Bytes of its last snapshot and of the events since.
    size    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_touched ON sessions (touched);

-- Links to a session beside the owner's token. Nothing makes any yet.
CREATE TABLE links (
    hash    BLOB PRIMARY KEY NOT NULL,
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    role    TEXT NOT NULL,
    name    TEXT,
    made    INTEGER NOT NULL,
    expiry  INTEGER,
    revoked INTEGER
) STRICT;
CREATE INDEX links_session ON links (session);

-- What has changed since the snapshot, in the order of `number`. `seq` is the session's number that it leads to.
CREATE TABLE events (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (session, number, kind)
) STRICT;

-- All of a session at one number.
CREATE TABLE snapshots (
    session  TEXT PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    state    BLOB NOT NULL,
    document BLOB NOT NULL
) STRICT;
