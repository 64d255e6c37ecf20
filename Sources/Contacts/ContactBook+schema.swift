import GRDB

extension ContactBook {
    /// The migrations, named and only ever appended to.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 lists and contacts") { db in try db.execute(sql: listsAndContacts) }
        migrator.registerMigration("2 campaigns and deliveries") { db in try db.execute(sql: campaignsAndDeliveries) }
        migrator.registerMigration("3 licences, suppressions and stream positions") { db in
            try db.execute(sql: accounts)
        }
        migrator.registerMigration("4 options, held deliveries and limits of sites") { db in
            try db.execute(sql: optionsAndHolds)
        }
        migrator.registerMigration("5 sites of domains") { db in try db.execute(sql: sites) }
        migrator.registerMigration("6 files of mailings") { db in try db.execute(sql: filesOfMailings) }
        migrator.registerMigration("7 what came back") { db in try db.execute(sql: whatCameBack) }
        migrator.registerMigration("8 engagements") { db in try db.execute(sql: engagement) }
        migrator.registerMigration("9 audiences of reminders") { db in try db.execute(sql: audiences) }
        return migrator
    }

    /// Times are milliseconds since 1970 UTC throughout.
    ///
    /// A contact is a row of a list. `key` compares addresses, `occurrence` counts equal keys in one list, `import` is
    /// the import that touched the row last. One unique index serves both "this key in this list" and "in any list".
    private static let listsAndContacts = """
        CREATE TABLE lists (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
            columns TEXT NOT NULL CHECK (json_type(columns) = 'array'),
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE imports (
            id INTEGER PRIMARY KEY,
            list INTEGER NOT NULL REFERENCES lists (id),
            file TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('applying', 'complete', 'interrupted')),
            started INTEGER NOT NULL,
            finished INTEGER,
            rows INTEGER NOT NULL DEFAULT 0 CHECK (rows >= 0),
            added INTEGER NOT NULL DEFAULT 0 CHECK (added >= 0),
            updated INTEGER NOT NULL DEFAULT 0 CHECK (updated >= 0),
            invalid INTEGER NOT NULL DEFAULT 0 CHECK (invalid >= 0),
            duplicates INTEGER NOT NULL DEFAULT 0 CHECK (duplicates >= 0),
            malformed INTEGER NOT NULL DEFAULT 0 CHECK (malformed >= 0),
            CHECK (rows = added + updated)
        ) STRICT;
        CREATE INDEX imports_by_list ON imports (list);

        CREATE TABLE contacts (
            id INTEGER PRIMARY KEY,
            list INTEGER NOT NULL REFERENCES lists (id),
            key TEXT NOT NULL,
            occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
            address TEXT NOT NULL,
            lane TEXT NOT NULL,
            fields TEXT NOT NULL CHECK (json_valid(fields)),
            problem TEXT,
            import INTEGER NOT NULL REFERENCES imports (id),
            UNIQUE (key, list, occurrence),
            CHECK (problem IS NOT NULL OR lane <> '')
        ) STRICT;
        CREATE INDEX contacts_by_list ON contacts (list);
        """

    /// Columns `outcome` and `phase` hold the codes of `Outcome` and `DeliveryPhase`, `licence` that of `Licence`.
    ///
    /// `history` keeps its lines in the order of booking, so that a batch appends them to a few pages however the
    /// deliveries lie; only the slim index is written all over.
    private static let campaignsAndDeliveries = """
        CREATE TABLE campaigns (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
            list INTEGER NOT NULL REFERENCES lists (id),
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE mailings (
            id INTEGER PRIMARY KEY,
            campaign INTEGER NOT NULL REFERENCES campaigns (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
            state TEXT NOT NULL
                CHECK (state IN ('draft', 'preparing', 'running', 'waiting', 'paused', 'cancelled', 'finished')),
            template TEXT NOT NULL CHECK (json_valid(template)),
            retry TEXT NOT NULL CHECK (json_valid(retry)),
            created INTEGER NOT NULL,
            started INTEGER,
            finished INTEGER,
            last_contact INTEGER,
            prepared_contact INTEGER NOT NULL DEFAULT 0,
            prepared INTEGER NOT NULL DEFAULT 0 CHECK (prepared >= 0),
            audience INTEGER CHECK (audience = prepared),
            fed INTEGER NOT NULL DEFAULT 0 CHECK (fed BETWEEN 0 AND prepared),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
            charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
            charged_late INTEGER NOT NULL DEFAULT 0 CHECK (charged_late BETWEEN 0 AND charged),
            released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0),
            first_at INTEGER,
            last_at INTEGER,
            UNIQUE (campaign, name)
        ) STRICT;

        CREATE TABLE deliveries (
            mailing INTEGER NOT NULL REFERENCES mailings (id),
            ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
            contact INTEGER NOT NULL REFERENCES contacts (id),
            outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 9),
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            strikes INTEGER NOT NULL DEFAULT 0 CHECK (strikes >= 0),
            events INTEGER NOT NULL DEFAULT 0 CHECK (events >= 0),
            licence INTEGER NOT NULL DEFAULT 0 CHECK (licence BETWEEN 0 AND 3),
            changed_at INTEGER NOT NULL,
            queued_at INTEGER,
            first_attempt INTEGER,
            PRIMARY KEY (mailing, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deliveries_by_contact ON deliveries (contact);

        CREATE TABLE history (
            mailing INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            number INTEGER NOT NULL CHECK (number >= 0),
            at INTEGER NOT NULL,
            outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 9),
            reason TEXT NOT NULL,
            rule TEXT NOT NULL,
            phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 255),
            attempt INTEGER NOT NULL CHECK (attempt >= 0),
            reply TEXT NOT NULL,
            UNIQUE (mailing, ordinal, number),
            FOREIGN KEY (mailing, ordinal) REFERENCES deliveries (mailing, ordinal)
        ) STRICT;

        CREATE TABLE tallies (
            mailing INTEGER NOT NULL REFERENCES mailings (id),
            outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 9),
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (mailing, outcome)
        ) STRICT, WITHOUT ROWID;
        """

    /// `licences` has one row; a stream position is Redis's `milliseconds-sequence`, kept as its two numbers.
    private static let accounts = """
        CREATE TABLE licences (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            total INTEGER NOT NULL CHECK (total >= 0)
        ) STRICT;
        INSERT INTO licences (id, total) VALUES (1, 0);

        CREATE TABLE suppressions (
            key TEXT PRIMARY KEY NOT NULL,
            address TEXT NOT NULL,
            outcome INTEGER NOT NULL CHECK (outcome IN (4, 6, 7)),
            reason TEXT NOT NULL,
            added_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stream_positions (
            shard INTEGER PRIMARY KEY CHECK (shard >= 0),
            milliseconds INTEGER NOT NULL,
            sequence INTEGER NOT NULL
        ) STRICT;
        """

    /// `held` has the code of `HoldKind`, or 0.
    ///
    /// The index of what is held has next to no rows. SQLite does not know that, so queries name it.
    private static let optionsAndHolds = """
        ALTER TABLE mailings ADD COLUMN options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options));
        ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held BETWEEN 0 AND 2);
        CREATE INDEX deliveries_held ON deliveries (mailing, ordinal) WHERE held <> 0;

        CREATE TABLE site_limits (
            site TEXT PRIMARY KEY NOT NULL CHECK (site <> ''),
            limits TEXT NOT NULL CHECK (json_valid(limits))
        ) STRICT, WITHOUT ROWID;
        """

    /// Which domains share their receiving servers, as found out when they were fed.
    private static let sites = """
        CREATE TABLE domain_sites (
            domain TEXT PRIMARY KEY,
            site TEXT NOT NULL CHECK (site <> '')
        ) STRICT, WITHOUT ROWID;
        """

    /// Apart from the mailings' rows, which are read all the time.
    private static let filesOfMailings = """
        CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            mailing INTEGER NOT NULL REFERENCES mailings (id),
            name TEXT NOT NULL CHECK (name <> ''),
            type TEXT NOT NULL CHECK (type <> ''),
            inline INTEGER NOT NULL CHECK (inline IN (0, 1)),
            content BLOB NOT NULL
        ) STRICT;
        CREATE INDEX files_by_mailing ON files (mailing);
        """

    /// `inbound_events` knows each event that was taken in, so that none is booked twice, until no sender can repeat it any more.
    ///
    /// `suppressed` tells that an address was put on the suppression list though no delivery was found. `early_bounces` are soft
    /// bounces whose Sent is not booked yet.
    ///
    /// `redeliveries` are the orders to the queue to take up a delivery again whose message came back: a newer order has a greater
    /// id, which is never used again. The row goes when the next attempt is booked. `call_offs` are the orders to drop what the
    /// queue still has of a delivery that is over; the row goes when the queue knows.
    private static let whatCameBack = """
        CREATE TABLE inbound_events (
            id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inbound_events_by_time ON inbound_events (at);

        CREATE TABLE inbound_counts (
            source TEXT NOT NULL CHECK (source <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('booked', 'repeated', 'unmatched', 'ignored')),
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (source, kind)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE inbound_unmatched (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            source TEXT NOT NULL,
            cause TEXT NOT NULL CHECK (cause IN ('unknown_delivery', 'nobody', 'several')),
            delivery TEXT,
            message_id TEXT,
            recipient TEXT,
            outcome INTEGER CHECK (outcome BETWEEN 0 AND 9),
            reason TEXT NOT NULL,
            rule TEXT NOT NULL,
            reply TEXT NOT NULL,
            suppressed INTEGER NOT NULL CHECK (suppressed IN (0, 1))
        ) STRICT;

        CREATE TABLE redeliveries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            mailing INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            due INTEGER NOT NULL,
            UNIQUE (mailing, ordinal),
            FOREIGN KEY (mailing, ordinal) REFERENCES deliveries (mailing, ordinal)
        ) STRICT;
        CREATE INDEX redeliveries_in_order ON redeliveries (mailing, id);

        CREATE TABLE call_offs (
            mailing INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (mailing, ordinal),
            FOREIGN KEY (mailing, ordinal) REFERENCES deliveries (mailing, ordinal)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE early_bounces (
            id INTEGER PRIMARY KEY,
            mailing INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            at INTEGER NOT NULL,
            taken INTEGER NOT NULL,
            reason TEXT NOT NULL,
            rule TEXT NOT NULL,
            reply TEXT NOT NULL,
            delay INTEGER,
            FOREIGN KEY (mailing, ordinal) REFERENCES deliveries (mailing, ordinal)
        ) STRICT;
        CREATE INDEX early_bounces_by_delivery ON early_bounces (mailing, ordinal);
        """
}
