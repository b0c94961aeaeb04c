using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>AdmissionReview of admission.k8s.io/v1, the form in which the API server asks and is answered.</summary>
internal static class AdmissionReview
{
    /// <summary>How many causes a denial names, and warnings an answer has; the rest is counted.</summary>
    public const int MaxListed = 50;

    /// <summary>The longest warning, in characters: a longer one could be cut on its way.</summary>
    public const int MaxWarningChars = 120;

    private const string ApiVersion = "admission.k8s.io/v1";
    private const string Kind = "AdmissionReview";

    /// <summary>Reads a review; <paramref name="problem"/> says why it is none.</summary>
    public static bool TryRead(JsonElement review, [NotNullWhen(true)] out AdmissionRequest? request, [NotNullWhen(false)] out string? problem)
    {
        request = null;
        problem = Check(review);
        if (problem is not null)
        {
            return false;
        }

        var asked = review.GetProperty("request");
        var name = asked.Text("name") ?? asked.Text("object", "metadata", "name") ?? "";
        request = new()
        {
            Uid = asked.Text("uid")!,
            Group = asked.Text("kind", "group") ?? "",
            Kind = asked.Text("kind", "kind")!,
            Operation = Enum.Parse<AdmissionOperation>(asked.Text("operation")!, ignoreCase: true),
            Name = new(asked.Text("namespace") ?? "", name),
            Object = asked.At("object") ?? default,
            OldObject = asked.At("oldObject") ?? default,
            User = new(
                asked.Text("userInfo", "username")!,
                asked.Text("userInfo", "uid") ?? "",
                [.. asked.Items("userInfo", "groups").Where(group => group.ValueKind == JsonValueKind.String).Select(group => group.GetString()!)]),
            IsDryRun = asked.Bool("dryRun") ?? false,
        };
        return true;
    }

    /// <summary>Writes the answer to the request of this uid.</summary>
    public static ReadOnlyMemory<byte> Write(AdmissionRequest request, AdmissionAnswer answer)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", ApiVersion);
            writer.WriteString("kind", Kind);
            writer.WriteStartObject("response");
            writer.WriteString("uid", request.Uid);
            switch (answer)
            {
                case AdmissionAnswer.Allowed allowed:
                    WriteAllowed(writer, allowed);
                    break;
                case AdmissionAnswer.Denied denied:
                    WriteDenied(writer, request, denied);
                    break;
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    private static string? Check(JsonElement review)
    {
        if (review.ValueKind != JsonValueKind.Object || review.Text("apiVersion") != ApiVersion || review.Text("kind") != Kind)
        {
            return $"an {Kind} of {ApiVersion} is expected";
        }

        if (review.At("request") is not { ValueKind: JsonValueKind.Object } asked)
        {
            return "the review asks nothing: there is no request in it";
        }

        if (asked.Text("uid") is not { Length: > 0 } || asked.Text("kind", "kind") is not { Length: > 0 } || asked.Text("userInfo", "username") is null)
        {
            return "the request lacks uid, kind or userInfo.username";
        }

        if (asked.Text("operation") is not ("CREATE" or "UPDATE" or "DELETE"))
        {
            return "the operation is none of CREATE, UPDATE and DELETE";
        }

        var isThere = asked.Text("operation") == "DELETE" || asked.At("object") is { ValueKind: JsonValueKind.Object };
        return isThere && (asked.Text("operation") != "UPDATE" || asked.At("oldObject") is { ValueKind: JsonValueKind.Object }) ? null : "the request lacks the object";
    }

    private static void WriteAllowed(Utf8JsonWriter writer, AdmissionAnswer.Allowed allowed)
    {
        writer.WriteBoolean("allowed", true);
        if (allowed.Patch is { Count: > 0 } patch)
        {
            writer.WriteString("patchType", "JSONPatch");
            writer.WriteBase64String("patch", Encoding.UTF8.GetBytes(patch.ToString()));
        }

        if (allowed.Warnings.Count > 0)
        {
            writer.WriteStartArray("warnings");
            foreach (var warning in allowed.Warnings.Take(MaxListed))
            {
                writer.WriteStringValue(warning.Length > MaxWarningChars ? warning[..(MaxWarningChars - 1)] + "…" : warning);
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>With causes it is 422 Invalid, which kubectl shows a line a cause; without, 403 Forbidden with the message.</summary>
    private static void WriteDenied(Utf8JsonWriter writer, AdmissionRequest request, AdmissionAnswer.Denied denied)
    {
        var isInvalid = denied.Problems.Count > 0;
        writer.WriteBoolean("allowed", false);
        writer.WriteStartObject("status");
        writer.WriteString("status", "Failure");
        writer.WriteString("message", denied.Message);
        writer.WriteString("reason", isInvalid ? "Invalid" : "Forbidden");
        writer.WriteNumber("code", isInvalid ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status403Forbidden);
        writer.WriteStartObject("details");
        writer.WriteString("name", request.Name.Name);
        writer.WriteString("group", request.Group);
        writer.WriteString("kind", request.Kind);
        if (isInvalid)
        {
            writer.WriteStartArray("causes");
            foreach (var problem in denied.Problems.Take(MaxListed))
            {
                WriteCause(writer, problem.Path, SentenceOf(problem));
            }

            if (denied.Problems.Count > MaxListed)
            {
                WriteCause(writer, "", $"{denied.Problems.Count - MaxListed} more problems are not listed");
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteCause(Utf8JsonWriter writer, string field, string message)
    {
        writer.WriteStartObject();
        writer.WriteString("reason", "FieldValueInvalid");
        writer.WriteString("message", message);
        writer.WriteString("field", field);
        writer.WriteEndObject();
    }

    private static string SentenceOf(FieldProblem problem) => problem.Fix is { } fix ? $"{problem.Message}; {fix}" : problem.Message;
}
