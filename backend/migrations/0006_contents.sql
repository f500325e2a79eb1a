-- Bytes that are kept beside sessions stand once, however many sessions have them: a fork has those of the session that
-- it was forked from.
CREATE TABLE contents (
    -- SHA-256 of the bytes.
    hash  BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
INSERT OR IGNORE INTO contents (hash, bytes) SELECT hash, bytes FROM blobs;

CREATE TABLE kept (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL REFERENCES contents (hash),
    PRIMARY KEY (session, hash)
) STRICT;
CREATE INDEX kept_hash ON kept (hash);
INSERT INTO kept (session, hash) SELECT session, hash FROM blobs;
DROP TABLE blobs;

-- With the last session that has them, they go.
CREATE TRIGGER kept_deleted AFTER DELETE ON kept WHEN NOT EXISTS (SELECT 1 FROM kept WHERE hash = OLD.hash) BEGIN
    DELETE FROM contents WHERE hash = OLD.hash;
END;
