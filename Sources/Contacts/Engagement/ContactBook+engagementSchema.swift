extension ContactBook {
    /// What contacts did with their message, a row for whoever did anything, and its sums for each mailing.
    ///
    /// The sums of what was done follow by themselves; who leaves or complains is counted with the line of the history that says so
    /// (``MailingResponses/count(_:_:number:)``), since a trigger there would cost every message.
    static let engagement = """
        CREATE TABLE engagements (
            mailing INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            opens INTEGER NOT NULL CHECK (opens >= 0),
            first_opened INTEGER,
            clicks INTEGER NOT NULL CHECK (clicks >= 0),
            first_clicked INTEGER,
            started INTEGER,
            completed INTEGER,
            PRIMARY KEY (mailing, ordinal),
            FOREIGN KEY (mailing, ordinal) REFERENCES deliveries (mailing, ordinal),
            CHECK ((opens > 0) = (first_opened IS NOT NULL)),
            CHECK ((clicks > 0) = (first_clicked IS NOT NULL)),
            CHECK (completed IS NULL OR started IS NOT NULL)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE responses (
            mailing INTEGER PRIMARY KEY REFERENCES mailings (id),
            opened INTEGER NOT NULL DEFAULT 0 CHECK (opened >= 0),
            opens INTEGER NOT NULL DEFAULT 0 CHECK (opens >= 0),
            clicked INTEGER NOT NULL DEFAULT 0 CHECK (clicked >= 0),
            clicks INTEGER NOT NULL DEFAULT 0 CHECK (clicks >= 0),
            started INTEGER NOT NULL DEFAULT 0 CHECK (started >= 0),
            completed INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
            unsubscribed INTEGER NOT NULL DEFAULT 0 CHECK (unsubscribed >= 0),
            complaints INTEGER NOT NULL DEFAULT 0 CHECK (complaints >= 0)
        ) STRICT;

        CREATE TRIGGER engagements_begin AFTER INSERT ON engagements BEGIN
            INSERT INTO responses (mailing)
                SELECT NEW.mailing WHERE NOT EXISTS (SELECT 1 FROM responses WHERE mailing = NEW.mailing);
            UPDATE responses SET
                opened = opened + (NEW.opens > 0), opens = opens + NEW.opens,
                clicked = clicked + (NEW.clicks > 0), clicks = clicks + NEW.clicks,
                started = started + (NEW.started IS NOT NULL), completed = completed + (NEW.completed IS NOT NULL)
                WHERE mailing = NEW.mailing;
        END;

        CREATE TRIGGER engagements_go_on AFTER UPDATE ON engagements BEGIN
            UPDATE responses SET
                opened = opened + (NEW.opens > 0) - (OLD.opens > 0), opens = opens + NEW.opens - OLD.opens,
                clicked = clicked + (NEW.clicks > 0) - (OLD.clicks > 0), clicks = clicks + NEW.clicks - OLD.clicks,
                started = started + (NEW.started IS NOT NULL) - (OLD.started IS NOT NULL),
                completed = completed + (NEW.completed IS NOT NULL) - (OLD.completed IS NOT NULL)
                WHERE mailing = NEW.mailing;
        END;

        INSERT INTO responses (mailing, unsubscribed, complaints)
            SELECT mailing, count(DISTINCT ordinal) FILTER (WHERE reason = 'opt_out'),
                count(DISTINCT ordinal) FILTER (WHERE reason = 'complaint')
            FROM history WHERE reason IN ('opt_out', 'complaint') AND rule <> 'L3' GROUP BY mailing;
        """

    /// Whom reminders go to: contacts of an earlier mailing, the source, who fit the filter.
    ///
    /// `decided` is how many contacts of the source have been looked at, from the first on: those that fitted have a delivery.
    static let audiences = """
        CREATE TABLE audiences (
            mailing INTEGER PRIMARY KEY REFERENCES mailings (id),
            source INTEGER NOT NULL REFERENCES mailings (id),
            filter TEXT NOT NULL CHECK (json_valid(filter)),
            decided INTEGER NOT NULL DEFAULT 0 CHECK (decided >= 0),
            CHECK (source < mailing)
        ) STRICT;
        """
}
