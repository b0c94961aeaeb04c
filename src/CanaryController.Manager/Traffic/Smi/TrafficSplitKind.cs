using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Smi;

/// <summary>The TrafficSplit of the Service Mesh Interface: one list of backends, <c>spec.backends[]{service, weight}</c>. It has no status.</summary>
internal sealed class TrafficSplitKind : RouteKind
{
    private const string Group = "split.smi-spec.io";

    /// <inheritdoc/>
    /// <remarks>Where both of the oldest are served, v1alpha1 takes texts as well as numbers, and v1alpha2 refuses a split that has texts.</remarks>
    public override IReadOnlyList<ObjectKind> Versions { get; } =
        [.. from version in (string[])["v1alpha4", "v1alpha3", "v1alpha1", "v1alpha2"] select new ObjectKind(Group, version, "trafficsplits", "TrafficSplit")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Members { get; } = ["f:backends"];

    /// <inheritdoc/>
    public override string NameField => "service";

    /// <inheritdoc/>
    public override string RuleNoun => "split";

    /// <inheritdoc/>
    public override string Entry(BackendPair pair) => $"backend {{service: {pair.Service}, weight: 100}}";

    /// <inheritdoc/>
    public override IEnumerable<RouteRule> Rules(JsonElement item)
    {
        List<JsonElement> backends = [.. item.Items("spec", "backends")];
        var form = backends.Select(FormOf).DefaultIfEmpty(WeightForm.Number).Max();
        if (backends.Count > 0)
        {
            yield return new("/spec/backends", "the split", null, [.. backends.Select(each => Backend(each, form))]) { Form = form };
        }
    }

    /// <inheritdoc/>
    /// <remarks>v1alpha1 has quantities, which are texts or numbers; the others have numbers.</remarks>
    public override JsonNode Write(int weight, RouteRule rule) => rule.Form switch
    {
        WeightForm.Number => JsonValue.Create(weight),
        WeightForm.Text => JsonValue.Create(weight.ToString(CultureInfo.InvariantCulture)),
        WeightForm.Thousandths => JsonValue.Create($"{weight.ToString(CultureInfo.InvariantCulture)}m"),
    };

    private static RouteBackend Backend(JsonElement item, WeightForm form)
    {
        var weight = Weight(item, form);
        return new("", "Service", null, item.Text("service") ?? "", null, weight, weight ?? 0);
    }

    /// <summary>In whole numbers, or in thousandths where one of the list is; rounded up as quantities are. Null when it is none, or does not fit.</summary>
    private static int? Weight(JsonElement item, WeightForm form)
    {
        if (Quantity(item) is not { } value)
        {
            return null;
        }

        var whole = decimal.Ceiling(form is WeightForm.Thousandths ? value * 1000 : value);
        return whole is >= 0 and <= int.MaxValue ? (int)whole : null;
    }

    private static WeightForm FormOf(JsonElement item) => item.Text("weight") is not { } text ? WeightForm.Number
        : text.EndsWith('m') || Quantity(item) is { } value && value != decimal.Truncate(value) ? WeightForm.Thousandths
        : WeightForm.Text;

    /// <summary>The decimal forms that weights are written in; nobody writes 1Ki.</summary>
    private static decimal? Quantity(JsonElement item)
    {
        if (item.Int("weight") is { } number)
        {
            return number;
        }

        var text = item.Text("weight") ?? "";
        var isThousandths = text.EndsWith('m');
        return decimal.TryParse(isThousandths ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? isThousandths ? value / 1000 : value
            : null;
    }
}
