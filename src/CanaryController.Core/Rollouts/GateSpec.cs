namespace CanaryController.Core.Rollouts;

/// <summary>A webhook that has a word in a rollout. What it is asked about decides; how it is asked is for whoever asks.</summary>
public sealed record GateSpec
{
    /// <summary>Names it within its step.</summary>
    public required string Name { get; init; }

    /// <summary>What it is asked about.</summary>
    public required GateMoment When { get; init; }

    /// <summary>Where it is; null when <see cref="Channel"/> says it.</summary>
    public string? Url { get; init; }

    /// <summary>The channel whose webhook it is; null when <see cref="Url"/> says where.</summary>
    public string? Channel { get; init; }

    /// <summary>What the requests carry.</summary>
    public GateFormat Format { get; init; }

    /// <summary>The key that they are signed with; null = none, or the channel's.</summary>
    public GateSecret? Secret { get; init; }

    /// <summary>How long one request may take. Default 10 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it rests between two questions. Default 10 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it may go without a pass before that is a failure; null = for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>What a refusal (4xx) means.</summary>
    public GateRefusal OnRefusal { get; init; }

    /// <summary>What the author wants sent along.</summary>
    public EquatableArray<GateMetadata> Metadata { get; init; }
}

/// <summary>What a gate is asked about.</summary>
public enum GateMoment
{
    /// <summary>May the step begin? Asked while everything else holds.</summary>
    Before,

    /// <summary>Is all well at the step? Asked all the time that traffic rests there.</summary>
    During,

    /// <summary>May it be promoted? Asked at the last step, while everything else holds.</summary>
    BeforePromotion,

    /// <summary>Must it be rolled back? Asked from the beginning to the hand over; a 2xx says yes, and nothing else does.</summary>
    Rollback,
}

/// <summary>What a gate's requests carry.</summary>
public enum GateFormat
{
    /// <summary>A CloudEvent 1.0 in structured JSON.</summary>
    CloudEvents,

    /// <summary>The payload of Flagger's webhooks.</summary>
    Flagger,
}

/// <summary>What a gate's refusal (4xx) means.</summary>
public enum GateRefusal
{
    /// <summary>Roll back.</summary>
    Abort,

    /// <summary>Not yet: it is asked again.</summary>
    Hold,
}

/// <summary>A value of a Secret.</summary>
/// <param name="Name">The Secret.</param>
/// <param name="Key">The key in it.</param>
public sealed record GateSecret(string Name, string Key);

/// <summary>A name and a value that are sent along.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record GateMetadata(string Name, string Value);
