namespace CanaryController.Manager.Standalone;

/// <summary>The tables. A change of them raises <see cref="Version"/> and comes with a step from the version before.</summary>
internal static class SqliteSchema
{
    public const int Version = 5;

    /// <summary>
    /// <c>specs</c>: the last good text of each resource, read. <c>rollouts</c>: states. <c>forgotten</c>: how far the sequence of a removed rollout
    /// went, so that a later one of that name does not use a number twice. <c>events</c>: transitions, made once. <c>cursors</c>: how far each
    /// listener has announced them. <c>commands</c>: what people asked for, and the answers: the audit trail. Times are UTC in ISO 8601.
    /// </summary>
    private const string Text =
        """
        CREATE TABLE specs (
          namespace TEXT NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL, spec TEXT NOT NULL, declared TEXT, gateway TEXT NOT NULL, route TEXT NOT NULL,
          PRIMARY KEY (namespace, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE rollouts (
          namespace TEXT NOT NULL, name TEXT NOT NULL, resource_version INTEGER NOT NULL, state TEXT NOT NULL,
          PRIMARY KEY (namespace, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE forgotten (
          namespace TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL,
          PRIMARY KEY (namespace, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE events (
          id INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL,
          UNIQUE (namespace, name, sequence)) STRICT;
        CREATE TABLE cursors (listener TEXT PRIMARY KEY, event_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE commands (
          number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, namespace TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL,
          actor TEXT NOT NULL, action TEXT NOT NULL, revision TEXT, expected_target TEXT, step_index INTEGER, comment TEXT,
          status TEXT, message TEXT) STRICT;
        CREATE INDEX commands_by_rollout ON commands (namespace, name, number);
        """;

    /// <summary>Version 2 tells routers apart; before, there was the gateway only.</summary>
    private const string Routers = "ALTER TABLE specs ADD COLUMN router TEXT NOT NULL DEFAULT 'Gateway';";

    /// <summary>
    /// Version 3 keeps what is to be told: <c>deliveries</c>, a row for each channel that has not heard it yet. What happened before is told to nobody.
    /// </summary>
    private const string Deliveries =
        """
        CREATE TABLE deliveries (
          id INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, channel TEXT NOT NULL, since TEXT NOT NULL, asked INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        INSERT INTO cursors (listener, event_id) SELECT 'outbox', COALESCE(MAX(id), 0) FROM events;
        """;

    /// <summary>Version 4 knows when rollouts may move forward. A freeze of the API has an empty file.</summary>
    private const string Windows =
        """
        ALTER TABLE specs ADD COLUMN terms TEXT;
        CREATE TABLE freezes (
          kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, file TEXT NOT NULL, body TEXT NOT NULL,
          PRIMARY KEY (kind, namespace, name, file)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>Version 5 keeps who vouches for a command's sender (JSON), the attempt that was seen, and <c>slack_messages</c>: those that show a rollout.</summary>
    private const string Answers =
        """
        ALTER TABLE commands ADD COLUMN identity TEXT;
        ALTER TABLE commands ADD COLUMN attempt INTEGER;
        CREATE TABLE slack_messages (
          namespace TEXT NOT NULL, name TEXT NOT NULL, channel TEXT NOT NULL, slack_channel TEXT NOT NULL, ts TEXT NOT NULL, revision TEXT NOT NULL, since INTEGER NOT NULL,
          PRIMARY KEY (namespace, name, channel)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>What brings a database of <paramref name="version"/> to <see cref="Version"/>; 0 is an empty one.</summary>
    public static string StepsFrom(int version) => version switch
    {
        0 => Text + Routers + Deliveries + Windows + Answers,
        1 => Routers + Deliveries + Windows + Answers,
        2 => Deliveries + Windows + Answers,
        3 => Windows + Answers,
        _ => Answers,
    };
}
