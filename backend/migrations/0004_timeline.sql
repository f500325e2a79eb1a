-- Every step as a viewer without lag saw it, chunk by chunk: only appended to, and not read by a load.
CREATE TABLE timeline (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- Counts a timeline's chunks, without gaps.
    number  INTEGER NOT NULL,
    -- The session's numbers of the first and the last step, and their times: milliseconds on the session's own clock.
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    ended   INTEGER NOT NULL,
    -- Bytes of all chunks up to this one.
    upto    INTEGER NOT NULL,
    payload BLOB NOT NULL,
    -- What of it is worth jumping to, as JSON.
    marks   TEXT,
    PRIMARY KEY (session, number)
) STRICT;
CREATE INDEX timeline_last ON timeline (session, last);
CREATE INDEX timeline_began ON timeline (session, began);
CREATE INDEX timeline_marks ON timeline (session, last) WHERE marks IS NOT NULL;

-- All of a session at the end of a chunk: made of the chunks before it, and can be made again.
CREATE TABLE keyframes (
    session  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    upto     INTEGER NOT NULL,
    state    BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (session, number)
) STRICT;
