-- Bytes of files that are kept and not edited, and originals of texts that mix their line endings.
CREATE TABLE blobs (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- SHA-256 of the bytes.
    hash    BLOB NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (session, hash)
) STRICT;
