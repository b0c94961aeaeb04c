using CanaryController.Manager.Notifications;
using CanaryController.Manager.Outbound;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// Secrets as files: <c>FOLDER/NAME/KEY</c>, as a mounted Secret looks. Names and keys have no slash and do not begin with two dots, so nothing outside of the folder is read. A file is read each time: one that
/// was renewed counts at once.
/// </summary>
internal sealed class FolderSecrets(OutboundOptions options) : ISecretTexts
{
    private const int MaxBytes = 16 * 1024;

    /// <inheritdoc/>
    public async Task<SecretText> ReadAsync(string ns, SecretKeySection reference, CancellationToken cancellation)
    {
        if (options.SecretsFolder is not { } folder)
        {
            return SecretText.Missing($"The secret {reference.Name}/{reference.Key} cannot be read: the configuration names no outbound.secretsFolder.");
        }

        var path = Path.Combine(folder, reference.Name, reference.Key);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                return SecretText.Missing($"{path} is larger than {MaxBytes} bytes.");
            }

            return SecretText.Of(await File.ReadAllBytesAsync(path, cancellation));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return SecretText.Missing($"The secret {reference.Name}/{reference.Key} cannot be read: {wrong.Message}");
        }
    }
}
