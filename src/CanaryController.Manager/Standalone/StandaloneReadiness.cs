using CanaryController.Manager.Api;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>Ready once the folder was read, and while the database answers.</summary>
internal sealed class StandaloneReadiness(SqliteDatabase database, FolderWatcher folder) : IReadiness
{
    /// <inheritdoc/>
    public string? Problem
    {
        get
        {
            if (!folder.HasScanned)
            {
                return "The folder was not read yet.";
            }

            try
            {
                database.Probe();
                return null;
            }
            catch (StoreUnavailableException wrong)
            {
                return wrong.Message;
            }
        }
    }
}
