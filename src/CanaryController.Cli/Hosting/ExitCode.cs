namespace CanaryController.Cli.Hosting;

/// <summary>What every command exits with. The wire contract fixes the numbers, so that pipelines can branch on them.</summary>
internal enum ExitCode
{
    /// <summary>Done, or the awaited state was reached.</summary>
    Done = 0,

    /// <summary>The revision was rolled back, the command was rejected, it ended otherwise than awaited, or a file has errors.</summary>
    Rejected = 1,

    /// <summary>The time that <c>--timeout</c> allows passed.</summary>
    TimedOut = 2,

    /// <summary>The command line, a setting or the request makes no sense.</summary>
    Usage = 3,

    /// <summary>No such rollout.</summary>
    NotFound = 4,

    /// <summary>The controller does not answer, or not as a controller does.</summary>
    Unreachable = 5,

    /// <summary>A newer revision took the place of the one that was watched.</summary>
    Superseded = 6,

    /// <summary>The token is missing, unknown, or its role does not allow this.</summary>
    Forbidden = 7,

    /// <summary>Ended by Ctrl-C: 128 + SIGINT, as shells count.</summary>
    Interrupted = 130,
}
