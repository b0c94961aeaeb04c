using System.Buffers.Text;
using System.Text.Json;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Reads the answer of <c>/api/v1/query</c> and <c>/api/v1/query_range</c> (Prometheus HTTP API, "Expression query result formats") in one pass over the
/// bytes. Strict: what the API does not promise is an error with a sentence, members that are not known are skipped.
/// </summary>
internal static class QueryAnswerReader
{
    /// <summary>Hands each series to <paramref name="sink"/>. What was handed over before an error was found are true samples all the same.</summary>
    public static QueryResult Read(ReadOnlySpan<byte> json, ISeriesSink sink)
    {
        var answer = new Envelope();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "an object");
            while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader, json, ref answer, sink);
            }

            Expect(!reader.Read(), "nothing after the object");
        }
        catch (JsonException wrong)
        {
            return new(QueryOutcome.Malformed, $"Prometheus answered something that is not its API's JSON (byte {wrong.BytePositionInLine ?? 0}): {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is MalformedAnswerException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not UTF-8.
            return new(QueryOutcome.Malformed, $"Prometheus' answer cannot be used: {wrong.Message}");
        }

        return answer.Judge();
    }

    private static void ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Envelope answer, ISeriesSink sink)
    {
        if (reader.ValueTextEquals("status"u8))
        {
            answer.Status = Text(ref reader, "status");
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            answer.Error = Text(ref reader, "error");
        }
        else if (reader.ValueTextEquals("warnings"u8))
        {
            answer.Warning = FirstText(ref reader);
        }
        else if (reader.ValueTextEquals("isPartial"u8))
        {
            answer.Partial = reader.Read() && reader.TokenType == JsonTokenType.True;
        }
        else if (reader.ValueTextEquals("data"u8))
        {
            Next(ref reader);
            if (reader.TokenType != JsonTokenType.Null)
            {
                ReadData(ref reader, json, ref answer, sink);
            }
        }
        else
        {
            Next(ref reader);
            reader.Skip();
        }
    }

    private static void ReadData(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Envelope answer, ISeriesSink sink)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, "an object in data");
        string? type = null;
        while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resultType"u8))
            {
                type = Text(ref reader, "resultType");
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                Next(ref reader);
                Expect(reader.TokenType == JsonTokenType.StartArray, "an array in result");
                switch (type)
                {
                    case "matrix" or "vector":
                        while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
                        {
                            ReadSeries(ref reader, json, type == "matrix" ? "values"u8 : "value"u8, type == "matrix", sink);
                        }

                        break;
                    case "scalar":
                        sink.Begin("{}"u8);
                        ReadSample(ref reader, sink);
                        sink.End();
                        break;
                    default:
                        throw new MalformedAnswerException($"it is of type '{type ?? "nothing"}' where numbers were expected.");
                }

                answer.HasResult = true;
            }
            else
            {
                Next(ref reader);
                reader.Skip();
            }
        }
    }

    private static void ReadSeries(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadOnlySpan<byte> member, bool many, ISeriesSink sink)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, "an object for each series");
        var (begun, read) = (false, false);
        while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metric"u8))
            {
                Next(ref reader);
                Expect(reader.TokenType == JsonTokenType.StartObject, "an object in metric");
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                sink.Begin(json[start..(int)reader.BytesConsumed]);
                begun = true;
            }
            else if (reader.ValueTextEquals(member))
            {
                Expect(begun, "metric before the samples");
                Next(ref reader);
                Expect(reader.TokenType == JsonTokenType.StartArray, "an array of samples");
                if (many)
                {
                    while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
                    {
                        ReadSample(ref reader, sink);
                    }
                }
                else
                {
                    ReadSample(ref reader, sink);
                }

                read = true;
            }
            else
            {
                Next(ref reader);
                reader.Skip();
            }
        }

        Expect(read, "samples in each series (native histograms are not read)");
        sink.End();
    }

    /// <summary><c>[seconds, "value"]</c>, with the reader on its opening bracket.</summary>
    private static void ReadSample(ref Utf8JsonReader reader, ISeriesSink sink)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, "[time, \"value\"] for each sample");
        Next(ref reader);
        Expect(reader.TokenType == JsonTokenType.Number, "a number as a sample's time");
        var seconds = reader.TryGetDouble(out var parsed) && parsed is >= 0 and < 1e11 ? parsed : throw new MalformedAnswerException("a sample's time is no time.");
        Next(ref reader);
        Expect(reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped, "a string as a sample's value");
        var value = Number(reader.ValueSpan);
        Next(ref reader);
        Expect(reader.TokenType == JsonTokenType.EndArray, "two items in a sample");
        sink.Sample((long)Math.Round(seconds * 1000), value);
    }

    private static double Number(ReadOnlySpan<byte> text)
    {
        if (text.Length is > 0 and <= 15)
        {
            var whole = 0L;
            foreach (var digit in text)
            {
                if (digit is < (byte)'0' or > (byte)'9')
                {
                    return Fraction(text);
                }

                whole = (whole * 10) + (digit - '0');
            }

            return whole;
        }

        return Fraction(text);
    }

    private static double Fraction(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("NaN"u8))
        {
            return double.NaN;
        }

        if (text.SequenceEqual("+Inf"u8) || text.SequenceEqual("Inf"u8))
        {
            return double.PositiveInfinity;
        }

        if (text.SequenceEqual("-Inf"u8))
        {
            return double.NegativeInfinity;
        }

        return Utf8Parser.TryParse(text, out double value, out var used) && used == text.Length && double.IsFinite(value)
            ? value
            : throw new MalformedAnswerException("a sample's value is no number.");
    }

    private static string Text(ref Utf8JsonReader reader, string member)
    {
        Next(ref reader);
        Expect(reader.TokenType == JsonTokenType.String, $"a string in {member}");
        return reader.GetString()!;
    }

    private static string? FirstText(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray, "an array in warnings");
        string? first = null;
        while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.String, "strings in warnings");
            first ??= reader.GetString();
        }

        return first;
    }

    private static bool Next(ref Utf8JsonReader reader) => reader.Read() ? true : throw new MalformedAnswerException("it ends too early.");

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new MalformedAnswerException($"expected {what}.");
        }
    }

    /// <summary>What the answer says beside the series.</summary>
    private struct Envelope
    {
        public string? Status;
        public string? Error;
        public string? Warning;
        public bool Partial;
        public bool HasResult;

        public readonly QueryResult Judge()
        {
            if (Status != "success")
            {
                return new(QueryOutcome.Refused, $"Prometheus refused the query: {Shorten(Error) ?? $"status '{Shorten(Status)}'"}.");
            }

            if (!HasResult)
            {
                return new(QueryOutcome.Malformed, "Prometheus' answer cannot be used: it has no result.");
            }

            return Warning is not null || Partial
                ? new(QueryOutcome.Warned, $"Prometheus warns that its answer may be incomplete: {Shorten(Warning) ?? "partial answer"}.")
                : QueryResult.Ok;
        }

        private static string? Shorten(string? text) => text is { Length: > 300 } ? text[..300] + "…" : text;
    }

    /// <summary>Ends the reading; never leaves this file.</summary>
    private sealed class MalformedAnswerException(string message) : Exception(message);
}
