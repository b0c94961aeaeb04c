using System.Security.Cryptography;
using System.Text;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// Reads the folder: every <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> directly in it, hidden files aside, by name. A file whose bytes are the ones of
/// the last scan is not parsed again. Not safe for several callers at once.
/// </summary>
internal sealed class RolloutFolder(string path, IRolloutTextReader reader)
{
    /// <summary>A file larger than this is refused: a rollout is a few kilobytes.</summary>
    public const int MaxFileBytes = 1 << 20;

    /// <summary>More files than this are refused: the folder is probably the wrong one.</summary>
    public const int MaxFiles = 10_000;

    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Dictionary<string, Parsed> _parsed = [];

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Reads everything.</summary>
    public FolderScan Scan()
    {
        List<string> names;
        try
        {
            names = [.. Directory.EnumerateFiles(Path).Select(System.IO.Path.GetFileName).OfType<string>().Where(IsResource).Order(StringComparer.Ordinal)];
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return new(null, wrong.Message);
        }

        if (names.Count > MaxFiles)
        {
            return new(null, $"{Path} holds {names.Count} files; at most {MaxFiles} are read. Is it the right folder (standalone.folder)?");
        }

        var parsed = new Dictionary<string, Parsed>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (Read(name) is { } file)
            {
                parsed[name] = file;
            }
        }

        _parsed = parsed;
        return new([.. names.Where(parsed.ContainsKey).Select(name => parsed[name].Reading)], null);
    }

    private static bool IsResource(string name) => name[0] != '.' && Extensions.Contains(System.IO.Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when the file is gone since the folder was listed.</summary>
    private Parsed? Read(string name)
    {
        byte[] bytes;
        try
        {
            var entry = new FileInfo(System.IO.Path.Combine(Path, name));
            var file = entry.LinkTarget is null ? entry : entry.ResolveLinkTarget(returnFinalTarget: true)!;
            if (!File.Exists(file.FullName))
            {
                return entry.LinkTarget is null ? null : Broken(name, "The link leads to no file.", "Mend what it leads to, or delete the link.");
            }

            bytes = ReadAll(file.FullName);
            if (bytes.Length > MaxFileBytes)
            {
                return Broken(name, $"The file is longer than {MaxFileBytes} bytes.", "Split it into several files.");
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return Broken(name, wrong.Message, "Let the user that runs canary-manager read it.");
        }

        var hash = Convert.ToHexString(SHA256.HashData(bytes));
        return _parsed.TryGetValue(name, out var before) && before.Hash == hash ? before : new(hash, Parse(name, bytes));
    }

    /// <summary>
    /// The file, or one byte more than is allowed of it. What has no length is not opened: a pipe or a device has none either, and opening a pipe
    /// would wait for somebody who writes.
    /// </summary>
    private static byte[] ReadAll(string path)
    {
        if (new FileInfo(path).Length == 0)
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(stream.Length, MaxFileBytes + 1)];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private FileReading Parse(string name, byte[] bytes)
    {
        try
        {
            var text = StrictUtf8.GetString(bytes);
            return reader.Read(name, text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text);
        }
        catch (DecoderFallbackException)
        {
            return Broken(name, "The file is not UTF-8 text.", "Save it as UTF-8.").Reading;
        }
    }

    private static Parsed Broken(string name, string message, string fix) =>
        new("", new FileReading(name, [], [new FieldProblem("", null, message, fix, name)]));

    private sealed record Parsed(string Hash, FileReading Reading);
}

/// <summary>Makes rollouts of a file's text.</summary>
internal interface IRolloutTextReader
{
    /// <summary>Reads all documents of <paramref name="text"/>; everything wrong is in the result.</summary>
    FileReading Read(string file, string text);
}
