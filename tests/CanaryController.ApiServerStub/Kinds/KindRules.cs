using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What is peculiar to a kind. The base class is for kinds about which nothing is.</summary>
internal class KindRules
{
    /// <summary>Sets the defaults that decoding sets: they belong to the writer.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>Prepares a write after ownership was recorded: what is set here belongs to nobody. <paramref name="old"/> is null for a create.</summary>
    public virtual void Prepare(JsonObject? old, JsonObject obj, ClusterFacts facts)
    {
    }

    /// <summary>Checks a write of the object itself. <paramref name="old"/> is null for a create.</summary>
    public virtual void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
    }

    /// <summary>Whether a name is one that this kind may have: a DNS subdomain, unless the kind says otherwise.</summary>
    public virtual string? WhyNotNamed(string name) => Names.Subdomain(name);
}

/// <summary>What writes ask of the cluster.</summary>
internal sealed class ClusterFacts(Func<string> nextClusterAddress)
{
    public string NextClusterAddress() => nextClusterAddress();
}
