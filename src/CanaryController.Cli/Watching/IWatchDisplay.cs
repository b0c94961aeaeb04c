namespace CanaryController.Cli.Watching;

/// <summary>Shows frames as they come.</summary>
internal interface IWatchDisplay
{
    /// <summary>Shows the newest frame.</summary>
    void Show(WatchFrame frame);

    /// <summary>Says that the controller does not answer for the moment, or that it does again (null).</summary>
    void ShowOutage(string? message);
}
