using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>
/// The spec of a Rollout of the API server as text, with the rollout's own names cut out: rollouts of one platform mostly differ by nothing else, and which plain names they have makes no difference
/// to the rules. Only for objects whose reading depends on nothing beside these.
/// </summary>
/// <param name="Text">The text; valid until the next one is read on this thread.</param>
/// <param name="Names">The names.</param>
internal readonly record struct FormText(ReadOnlyMemory<byte> Text, FormNames Names)
{
    /// <summary>A longer name could break a rule: see <see cref="Rules.KubernetesRules.MaxNameCharacters"/>.</summary>
    private const int MaxNameBytes = 40;
    private const int MaxBytes = 16 << 10;

    /// <summary>Stands for a name that was cut out. No text in UTF-8 has it.</summary>
    private const byte Cut = 0xFF;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Reads an object; false when it has members beside the usual ones, names that are not plain, or is large.</summary>
    public static bool TryRead(JsonElement item, out FormText form)
    {
        form = default;
        if (!TryFindParts(item, out var metadata, out var spec) || Own(metadata, "name"u8) is not { } name || Own(metadata, "namespace"u8) is not { } ns)
        {
            return false;
        }

        var raw = JsonMarshal.GetRawUtf8Value(spec);
        var names = new FormNames(name, ns, null, null, null);
        if (raw.Length > MaxBytes || !TryCut(raw, ref names, out var text))
        {
            return false;
        }

        form = new(text, names);
        return true;
    }

    /// <summary>Metadata and spec, when nothing else is there that is read.</summary>
    private static bool TryFindParts(JsonElement item, out JsonElement metadata, out JsonElement spec)
    {
        (metadata, spec) = (default, default);
        if (item.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var (kinds, versions) = (0, 0);
        foreach (var member in item.EnumerateObject())
        {
            switch (member.Name)
            {
                case "apiVersion" when member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(Rollout.ApiVersionText):
                    versions++;
                    break;
                case "kind" when member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(Rollout.KindText):
                    kinds++;
                    break;
                case "metadata" when metadata.ValueKind == JsonValueKind.Undefined && member.Value.ValueKind == JsonValueKind.Object:
                    metadata = member.Value;
                    break;
                case "spec" when spec.ValueKind == JsonValueKind.Undefined && member.Value.ValueKind == JsonValueKind.Object:
                    spec = member.Value;
                    break;
                case "status":
                    break;
                default:
                    return false;
            }
        }

        return metadata.ValueKind != JsonValueKind.Undefined && spec.ValueKind != JsonValueKind.Undefined && (kinds, versions) is (0, 0) or (1, 1);
    }

    /// <summary>A member of the metadata that stands there once and is plain; null otherwise.</summary>
    private static string? Own(JsonElement metadata, ReadOnlySpan<byte> member)
    {
        string? found = null;
        foreach (var each in metadata.EnumerateObject())
        {
            if (!each.NameEquals(member))
            {
                continue;
            }

            if (found is not null || each.Value.ValueKind != JsonValueKind.String || !IsPlain(JsonMarshal.GetRawUtf8Value(each.Value)[1..^1]))
            {
                return null;
            }

            found = SharedText.Of(each.Value);
        }

        return found;
    }

    private static bool TryCut(ReadOnlySpan<byte> spec, ref FormNames names, out ReadOnlyMemory<byte> text)
    {
        var buffer = _buffer ??= new(4096);
        buffer.ResetWrittenCount();
        text = default;
        var reader = new Utf8JsonReader(spec);
        var (taken, place) = (0, new Place());
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                place.Enter(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.String && place.Is(reader.CurrentDepth, out var part))
            {
                if (!IsPlain(reader.ValueSpan) || !names.TryAdd(part, SharedText.Of(ref reader)!))
                {
                    return false;
                }

                buffer.Write(spec[taken..(int)reader.TokenStartIndex]);
                buffer.Write([Cut]);
                taken = (int)reader.BytesConsumed;
            }
        }

        buffer.Write(spec[taken..]);
        text = buffer.WrittenMemory;
        return true;
    }

    /// <summary>A DNS label, short enough for every rule.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxNameBytes && !name.ContainsAnyExcept(_letters) && name[0] != (byte)'-' && name[^1] != (byte)'-';

    private static readonly SearchValues<byte> _letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>Where in the spec the reader stands, as far as names are concerned.</summary>
    private struct Place
    {
        private string? _section;
        private bool _isName;
        private int _depth;
        private bool _isInApi;
        private bool _isInRoutes;

        /// <summary>A member's name was read.</summary>
        public void Enter(ref Utf8JsonReader reader)
        {
            _depth = reader.CurrentDepth;
            _isName = reader.ValueTextEquals("name"u8);
            if (_depth == 1)
            {
                _section = reader.ValueTextEquals("workload"u8) ? "workload" : reader.ValueTextEquals("service"u8) ? "service" : reader.ValueTextEquals("traffic"u8) ? "traffic" : null;
                (_isInApi, _isInRoutes) = (false, false);
            }
            else if (_depth == 2)
            {
                (_isInApi, _isInRoutes) = (_section == "traffic" && reader.ValueTextEquals("gatewayAPI"u8), false);
            }
            else if (_depth == 3)
            {
                _isInRoutes = _isInApi && reader.ValueTextEquals("httpRoutes"u8);
            }
        }

        /// <summary>The text that follows is a name.</summary>
        public readonly bool Is(int depth, out FormPart part)
        {
            part = _section switch { "workload" => FormPart.Workload, "service" => FormPart.Service, _ => FormPart.Route };
            return _isName && depth == _depth && (_section is "workload" or "service" ? depth == 2 : _isInRoutes && depth == 5);
        }
    }
}

/// <summary>What of a spec has a name.</summary>
internal enum FormPart
{
    /// <summary><c>spec.workload.name</c></summary>
    Workload,

    /// <summary><c>spec.service.name</c></summary>
    Service,

    /// <summary><c>spec.traffic.gatewayAPI.httpRoutes[0].name</c></summary>
    Route,
}

/// <summary>A rollout's own names.</summary>
/// <param name="Name"><c>metadata.name</c>.</param>
/// <param name="Namespace"><c>metadata.namespace</c>.</param>
/// <param name="Workload">Its Deployment; null when the text names none.</param>
/// <param name="Service">Its Service; null when the text names none.</param>
/// <param name="Route">Its only HTTPRoute; null when the text names none.</param>
internal record struct FormNames(string Name, string Namespace, string? Workload, string? Service, string? Route)
{
    /// <summary>False when there is one already: two routes may be one too many.</summary>
    public bool TryAdd(FormPart part, string name)
    {
        switch (part)
        {
            case FormPart.Workload when Workload is null:
                Workload = name;
                return true;
            case FormPart.Service when Service is null:
                Service = name;
                return true;
            case FormPart.Route when Route is null:
                Route = name;
                return true;
            default:
                return false;
        }
    }
}
