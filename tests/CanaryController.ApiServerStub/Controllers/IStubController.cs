using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>One controller: which keys a change makes dirty, and what to do about a key.</summary>
internal interface IStubController
{
    string Name { get; }

    /// <summary>
    /// The keys to look at after a change. As exact as the real controller's event handlers: what those do not notice (like the last old pod of a Recreate
    /// Deployment whose new ReplicaSet has pods already) must not be noticed here either.
    /// </summary>
    IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before);

    /// <summary>Brings the cluster nearer to what the key's object asks for.</summary>
    /// <exception cref="ApiException">A write was refused; the key is tried again.</exception>
    void Sync(WorkKey key);
}
