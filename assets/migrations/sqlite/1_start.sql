-- The log and what is read from it. `events` is only ever added to; everything under "projection" can be made anew from
-- `intakes` and `events`. Moments are seconds since 1970 (UTC); texts that programs read are JSON.

-- One row: the last number given out. Whoever writes to the log holds it until commit, so that numbers are seen in order.
CREATE TABLE head (
    id BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    ticket BIGINT NOT NULL
);
INSERT INTO head (id, seq, ticket) VALUES (1, 0, 0);

CREATE TABLE intakes (
    id BIGINT PRIMARY KEY,
    no TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    taken_by TEXT NOT NULL,
    taken_at BIGINT NOT NULL
);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES intakes (id),
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    -- Whose it was before and after: `|unit|unit|`.
    audience TEXT NOT NULL,
    -- SHA-256 over the chain of the ticket's event before and this body: shows that nobody changed the log by hand.
    chain TEXT NOT NULL,
    UNIQUE (ticket, version)
);

-- Projection.
CREATE TABLE tickets (
    id BIGINT PRIMARY KEY REFERENCES intakes (id),
    no TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    unit TEXT NOT NULL,
    stage TEXT NOT NULL,
    live BIGINT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    alert BIGINT NOT NULL,
    received BIGINT NOT NULL,
    due BIGINT NOT NULL,
    return_until BIGINT,
    -- The finish limit runs: neither submitted nor finished.
    runs BIGINT NOT NULL,
    secret BIGINT NOT NULL,
    redos BIGINT NOT NULL,
    key BIGINT NOT NULL,
    pending TEXT NOT NULL,
    signers BIGINT NOT NULL,
    next_signer TEXT NOT NULL,
    caller TEXT NOT NULL,
    place TEXT NOT NULL,
    wakes BIGINT,
    week TEXT NOT NULL,
    month TEXT NOT NULL,
    responded BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    overdue BIGINT NOT NULL,
    redone BIGINT NOT NULL,
    rated BIGINT NOT NULL,
    solved BIGINT NOT NULL,
    satisfied BIGINT NOT NULL,
    summary TEXT NOT NULL
);
CREATE INDEX tickets_desk ON tickets (unit, live, due, id);
CREATE INDEX tickets_desk_stage ON tickets (unit, stage, due, id);
CREATE INDEX tickets_live ON tickets (live, due, id);
CREATE INDEX tickets_stage ON tickets (stage, due, id);
CREATE INDEX tickets_due ON tickets (due, id);
CREATE INDEX tickets_unit_due ON tickets (unit, due, id);
CREATE INDEX tickets_received ON tickets (received, id);
CREATE INDEX tickets_unit_received ON tickets (unit, received, id);
CREATE INDEX tickets_seq ON tickets (seq, id);
CREATE INDEX tickets_unit_seq ON tickets (unit, seq, id);
CREATE INDEX tickets_wakes ON tickets (wakes) WHERE wakes IS NOT NULL;
CREATE INDEX tickets_caller ON tickets (caller) WHERE caller <> '';
CREATE INDEX tickets_place ON tickets (place) WHERE place <> '';

-- Which other units help with a ticket.
CREATE TABLE co_units (
    unit TEXT NOT NULL,
    ticket BIGINT NOT NULL REFERENCES intakes (id),
    -- Its word is still awaited.
    open BIGINT NOT NULL,
    PRIMARY KEY (unit, ticket)
);
CREATE INDEX co_units_ticket ON co_units (ticket);

-- Which stored files a ticket names.
CREATE TABLE ticket_blobs (
    sha256 TEXT NOT NULL,
    ticket BIGINT NOT NULL REFERENCES intakes (id),
    PRIMARY KEY (sha256, ticket)
);
CREATE INDEX ticket_blobs_ticket ON ticket_blobs (ticket);

-- What a ticket says, as search words: pairs of Chinese characters, and other words whole.
CREATE VIRTUAL TABLE words USING fts5 (
    body, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 0"
);

-- What is not made from the log.
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    unit TEXT NOT NULL REFERENCES units (id),
    body TEXT NOT NULL,
    -- Argon2id, as a PHC string; empty: this person cannot sign in yet.
    password TEXT NOT NULL
);

-- Which units a leader above them oversees.
CREATE TABLE oversees (
    person TEXT NOT NULL REFERENCES people (id),
    unit TEXT NOT NULL REFERENCES units (id),
    PRIMARY KEY (person, unit)
);

CREATE TABLE sessions (
    -- SHA-256 of the token.
    token TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);

-- Wrong passwords, by name and by name with address.
CREATE TABLE guesses (
    who TEXT PRIMARY KEY,
    wrong BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- What was answered under a key, so that the same request is never done twice.
CREATE TABLE answers (
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE drafts (
    ticket BIGINT NOT NULL REFERENCES intakes (id),
    unit TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ticket, unit)
);

-- Who has sent a file: until a ticket names it, nobody else may read it.
CREATE TABLE senders (
    sha256 TEXT NOT NULL,
    unit TEXT NOT NULL,
    PRIMARY KEY (sha256, unit)
);

CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    unit TEXT NOT NULL,
    updated BIGINT NOT NULL,
    body TEXT NOT NULL,
    words TEXT NOT NULL
);

-- Texts that an office loaded: `calendar`, `rulebook:songshan@2026-01-01`.
CREATE TABLE texts (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
);
