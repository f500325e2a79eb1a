-- By which access code a session was unlocked, as a seal of its own; nothing: it is not.
ALTER TABLE sessions ADD COLUMN unlocked BLOB;

-- Tokens of models that cost, by day (since the epoch, UTC) and session. Outlives its session: what was used stays used.
CREATE TABLE spent (
    day     INTEGER NOT NULL,
    session TEXT NOT NULL,
    tokens  INTEGER NOT NULL,
    PRIMARY KEY (day, session)
) STRICT;
