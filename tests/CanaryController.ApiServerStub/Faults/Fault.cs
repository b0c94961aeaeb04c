namespace CanaryController.ApiServerStub.Faults;

/// <summary>When a fault strikes.</summary>
public enum FaultMoment
{
    /// <summary>Nothing of the request is carried out.</summary>
    Before,

    /// <summary>The request was carried out; only the client does not hear of it.</summary>
    After,
}

/// <summary>Something that goes wrong with requests that match.</summary>
public sealed record Fault
{
    /// <summary>Which requests; default all.</summary>
    public Func<StubRequest, bool> Matches { get; init; } = _ => true;

    /// <summary>How many matching requests pass first. Default 0.</summary>
    public int Skip { get; init; }

    /// <summary>How many are struck. Default 1.</summary>
    public int Times { get; init; } = 1;

    public FaultMoment Moment { get; init; } = FaultMoment.Before;

    /// <summary>The HTTP status that is answered; 0 (default) = the connection is closed; null = only <see cref="Delay"/>.</summary>
    public int? Status { get; init; } = 0;

    /// <summary>The reason of the Status object, like Forbidden or InternalError.</summary>
    public string Reason { get; init; } = "InternalError";

    /// <summary>What the request waits for first, by the server's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The connection is closed at the <paramref name="number"/>-th write (from 1) that is yet to come, before or after it was carried out.</summary>
    public static Fault AtWrite(int number, FaultMoment moment, Func<StubRequest, bool>? matches = null) =>
        new() { Matches = request => request.IsWrite && (matches?.Invoke(request) ?? true), Skip = number - 1, Moment = moment };

    /// <summary>A verb on a resource is forbidden (403) until the fault is disposed of.</summary>
    public static Fault Forbid(string verb, string resource) =>
        new() { Matches = request => request.Verb == verb && request.Resource == resource, Times = int.MaxValue, Status = 403, Reason = "Forbidden" };

    /// <summary>Requests of a client, told by how its user agent begins, are late.</summary>
    public static Fault Late(string userAgent, TimeSpan delay) =>
        new() { Matches = request => request.UserAgent.StartsWith(userAgent, StringComparison.Ordinal), Times = int.MaxValue, Status = null, Delay = delay };
}
