namespace CanaryController.Cli.Hosting;

/// <summary>What every command exits with. The wire contract fixes the numbers, so that pipelines can branch on them.</summary>
internal enum ExitCode
{
    /// <summary>Done, or the awaited state was reached.</summary>
    Done = 0,

    /// <summary>The revision was rolled back, the command was rejected, it ended otherwise than awaited, or a file has errors.</summary>
    Rejected = 1,

    /// <summary>The time that <c>--timeout</c> allows passed, or no controller answered a command that was left in the cluster.</summary>
    TimedOut = 2,

    /// <summary>The command line, a setting or the request makes no sense.</summary>
    Usage = 3,

    /// <summary>No such rollout.</summary>
    NotFound = 4,

    /// <summary>The controller or the cluster does not answer, or not as one does.</summary>
    Unreachable = 5,

    /// <summary>A newer revision took the place of the one that was watched.</summary>
    Superseded = 6,

    /// <summary>The token or the credentials are missing, unknown, or their role does not allow this.</summary>
    Forbidden = 7,

    /// <summary>Ended by Ctrl-C: 128 + SIGINT, as shells count.</summary>
    Interrupted = 130,

    /// <summary>Ended by SIGTERM, as runners do that cancel a job: 128 + SIGTERM.</summary>
    Terminated = 143,
}
