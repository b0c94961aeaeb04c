using System.Text;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Which members of a kind's objects its projection reads. <see cref="JsonSieve"/> drops the others before anything is made of them: of a Deployment nine tenths, most of it managedFields and
/// kubectl's copy. Lists are passed through: what is said of a list's member holds for each of its items.
/// </summary>
internal sealed class KeptFields
{
    /// <summary>All of a value.</summary>
    public static readonly KeptFields All = new() { IsWhole = true };

    private readonly List<(byte[] Name, KeptFields Fields)> _members = [];

    private KeptFields()
    {
    }

    /// <summary>The value is kept as it is.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>Members that are not named are kept as they are, not dropped.</summary>
    private bool KeepsOthers { get; init; }

    /// <summary>Chooses members that are not named by their names, as they stand in the text; null = none of them.</summary>
    private Func<ReadOnlySpan<byte>, bool>? Chooses { get; init; }

    /// <summary>Of objects: what <see cref="ObjectMeta"/> reads, and what is named.</summary>
    /// <param name="paths">Members with those on the way to them, like <c>spec.template</c>; all that lies below is kept.</param>
    public static KeptFields Of(params ReadOnlySpan<string> paths) => new KeptFields().With(paths);

    /// <summary>Of objects: all but the metadata that <see cref="ObjectMeta"/> does not read.</summary>
    public static KeptFields AllButMetadata() => new KeptFields { KeepsOthers = true }.With([]);

    /// <summary>The same with all labels.</summary>
    public static KeptFields AllButMetadataWithLabels()
    {
        var fields = AllButMetadata();
        var metadata = fields._members.First(member => member.Name.AsSpan().SequenceEqual("metadata"u8)).Fields;
        metadata._members.RemoveAll(member => member.Name.AsSpan().SequenceEqual("labels"u8));
        metadata.Add("labels", All);
        return fields;
    }

    /// <summary>The answer of a list whose items are these.</summary>
    public KeptFields InList()
    {
        var list = new KeptFields();
        list.Add("metadata", All);
        list.Add("items", this);
        return list;
    }

    /// <summary>What is kept of a member; null when it is dropped.</summary>
    /// <param name="name">Its name as it stands in the text. One with escapes could be any: it is kept.</param>
    public KeptFields? Find(ReadOnlySpan<byte> name)
    {
        foreach (var (known, fields) in _members)
        {
            if (name.SequenceEqual(known))
            {
                return fields;
            }
        }

        return KeepsOthers || name.Contains((byte)'\\') || (Chooses?.Invoke(name) ?? false) ? All : null;
    }

    private KeptFields With(ReadOnlySpan<string> paths)
    {
        var metadata = Add("metadata", new());
        foreach (var member in ObjectMeta.Members)
        {
            metadata.Add(member, All);
        }

        metadata.Add("labels", new() { Chooses = ObjectMeta.IsKeptLabel });
        metadata.Add("annotations", new() { Chooses = ObjectMeta.IsKeptAnnotation });
        foreach (var path in paths)
        {
            Add(path);
        }

        return this;
    }

    private void Add(string path)
    {
        var at = this;
        var names = path.Split('.');
        foreach (var name in names.AsSpan(..^1))
        {
            at = at._members.FirstOrDefault(member => member.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name))).Fields ?? at.Add(name, new());
        }

        at.Add(names[^1], All);
    }

    private KeptFields Add(string name, KeptFields fields)
    {
        _members.Add((Encoding.UTF8.GetBytes(name), fields));
        return fields;
    }
}
