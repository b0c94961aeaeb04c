using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The answer of <c>/api/v1/label/…/values</c>, and the part of any answer that tells an error.</summary>
internal sealed record LabelValuesAnswer(string? Status = null, IReadOnlyList<string>? Data = null, string? Error = null);

/// <summary>Source-generated readers of the small answers; series are read by <see cref="QueryAnswerReader"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LabelValuesAnswer))]
internal sealed partial class PrometheusJson : JsonSerializerContext;
