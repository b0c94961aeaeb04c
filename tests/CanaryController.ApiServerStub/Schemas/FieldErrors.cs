using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>What is wrong with an object, all of it: becomes one 422 Invalid.</summary>
internal sealed class FieldErrors
{
    private readonly List<(string Reason, string Field, string Message)> _errors = [];

    public int Count => _errors.Count;

    public void Add(string reason, string field, string message)
    {
        if (!_errors.Contains((reason, field, message)))
        {
            _errors.Add((reason, field, message));
        }
    }

    public void Required(string field, string detail = "") => Add("FieldValueRequired", field, detail == "" ? "Required value" : $"Required value: {detail}");

    public void Invalid(string field, JsonNode? value, string detail, string reason = "FieldValueInvalid") =>
        Add(reason, field, $"Invalid value: {(value is JsonObject or JsonArray ? Canonical.Text(value) : value is null ? "null" : Canonical.Text(value))}: {detail}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void NotSupported(string field, JsonNode? value, IEnumerable<string> allowed) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Canonical.Text(value)}: supported values: {string.Join(", ", allowed)}");

    public void TooLong(string field, int most) => Add("FieldValueTooLong", field, $"Too long: may not be longer than {most}");

    /// <summary>Refuses the object when anything is wrong with it.</summary>
    public void ThrowIfAny(string group, string kind, string name)
    {
        if (_errors.Count == 0)
        {
            return;
        }

        var all = _errors.Select(error => $"{error.Field}: {error.Message}").ToList();
        var text = all.Count == 1 ? all[0] : $"[{string.Join(", ", all)}]";
        var causes = new JsonArray([.. _errors.Select(error => new JsonObject { ["reason"] = error.Reason, ["message"] = error.Message, ["field"] = error.Field })]);
        var details = new JsonObject { ["name"] = name };
        if (group != "")
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        details["causes"] = causes;
        throw Refusal.Of(422, "Invalid", $"{kind}{(group == "" ? "" : "." + group)} \"{name}\" is invalid: {text}", details);
    }
}
