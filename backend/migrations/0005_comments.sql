-- What people pinned to moments of a timeline.
CREATE TABLE comments (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    id      TEXT NOT NULL,
    -- The step, and its time: milliseconds on the session's own clock.
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    name    TEXT NOT NULL,
    color   INTEGER,
    text    TEXT NOT NULL,
    -- Milliseconds of the Unix epoch.
    made    INTEGER NOT NULL,
    -- The hash of what its author shows to delete it; nothing where it came with a file.
    key     BLOB,
    PRIMARY KEY (session, id)
) STRICT;
CREATE INDEX comments_order ON comments (session, seq, made);
