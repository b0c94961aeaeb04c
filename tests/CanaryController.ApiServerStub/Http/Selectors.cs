using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>labelSelector, fieldSelector and the path's namespace and name: which objects a list or a watch is about.</summary>
internal sealed partial class Selectors
{
    private static readonly Dictionary<string, string[]> _fields = new(StringComparer.Ordinal)
    {
        ["core/pods"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP", "status.nominatedNodeName"],
        ["core/events"] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"],
        ["core/secrets"] = ["type"],
        ["core/namespaces"] = ["status.phase"],
        ["apps/replicasets"] = ["status.replicas"],
    };

    private readonly List<Func<IReadOnlyDictionary<string, string>, bool>> _labels = [];
    private readonly List<(string Field, string Value, bool Wanted)> _content = [];
    private readonly List<(bool IsName, string Value, bool Wanted)> _names = [];
    private readonly string _namespace;

    public Selectors(ResourceType type, string ns, string name, string? labelSelector, string? fieldSelector)
    {
        _namespace = ns;
        if (name != "")
        {
            _names.Add((IsName: true, name, Wanted: true));
        }

        ReadLabels(labelSelector ?? "");
        ReadFields(type, fieldSelector ?? "");
    }

    public bool SelectsAll => _namespace == "" && IsOnlyByNamespace;

    public bool IsOnlyByNamespace => _labels.Count + _content.Count + _names.Count == 0;

    public bool Matches(StoredObject stored) =>
        (_namespace == "" || stored.Name.Namespace == _namespace)
        && _names.TrueForAll(name => (name.IsName ? stored.Name.Name : stored.Name.Namespace) == name.Value == name.Wanted)
        && _labels.TrueForAll(matches => matches(stored.Labels))
        && (_content.Count == 0 || MatchesContent(stored.Parse()));

    private bool MatchesContent(JsonObject obj) => _content.TrueForAll(field => ValueOf(obj, field.Field) == field.Value == field.Wanted);

    private static string ValueOf(JsonObject obj, string path)
    {
        JsonNode? node = obj;
        foreach (var part in path.Split('.'))
        {
            node = (node as JsonObject)?[part];
        }

        return node is JsonObject source ? source.Str("component") ?? "" : node is JsonValue text && text.TryGetValue<string>(out var found) ? found : node?.ToJsonString() ?? "";
    }

    private void ReadFields(ResourceType type, string text)
    {
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var match = FieldTerm().Match(term);
            if (!match.Success)
            {
                throw Refusal.BadRequest($"invalid selector: '{term}'; can't understand '{term}'");
            }

            var (field, value, wanted) = (match.Groups["field"].Value, match.Groups["value"].Value, match.Groups["not"].Length == 0);
            if (field is "metadata.name" or "metadata.namespace")
            {
                _names.Add((field == "metadata.name", value, wanted));
            }
            else if (_fields.GetValueOrDefault(type.AliasOf ?? type.Key)?.Contains(field, StringComparer.Ordinal) == true)
            {
                _content.Add((field, value, wanted));
            }
            else
            {
                throw Refusal.BadRequest(type.IsCustom ? $"field label not supported: {field}" : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
            }
        }
    }

    private void ReadLabels(string text)
    {
        while (text.Length > 0)
        {
            var match = LabelTerm().Match(text);
            if (!match.Success || (match.Length < text.Length && text[match.Length] != ','))
            {
                throw Refusal.BadRequest($"unable to parse requirement: couldn't parse the selector string \"{text}\"");
            }

            _labels.Add(Requirement(match));
            text = match.Length < text.Length ? text[(match.Length + 1)..] : "";
        }
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> Requirement(Match match)
    {
        var key = match.Groups["key"].Value;
        if (Names.QualifiedName(key) is { } wrong)
        {
            throw Refusal.BadRequest($"unable to parse requirement: <nil>: Invalid value: \"{key}\": {wrong}");
        }

        var values = match.Groups["set"].Value.Split(',').Select(value => value.Trim()).ToHashSet(StringComparer.Ordinal);
        var value = match.Groups["value"].Value;
        return match.Groups["op"].Value switch
        {
            "=" or "==" => labels => labels.GetValueOrDefault(key) == value,
            "!=" => labels => labels.GetValueOrDefault(key) != value,
            "in" => labels => labels.TryGetValue(key, out var found) && values.Contains(found),
            "notin" => labels => !labels.TryGetValue(key, out var found) || !values.Contains(found),
            _ when match.Groups["not"].Length > 0 => labels => !labels.ContainsKey(key),
            _ => labels => labels.ContainsKey(key),
        };
    }

    [GeneratedRegex(@"^(?<field>[A-Za-z.]+)(?<not>!)?==?(?<value>.*)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FieldTerm();

    [GeneratedRegex(@"^\s*(?<not>!)?\s*(?<key>[A-Za-z0-9._/-]+)\s*((?<op>==|=|!=)\s*(?<value>[A-Za-z0-9._-]*)|(?<op>in|notin)\s*\((?<set>[^)]*)\))?\s*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelTerm();
}
