namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>
/// Serves from files that somebody else renews. They are read every 10 seconds: kubelet swaps links when a Secret changes, and a notification of the file system can be lost. Between the two
/// reads they may be swapped; then they do not belong together, and the next look finds both.
/// </summary>
internal sealed class MountedCertificate(string certFile, string keyFile, ServingCertificate serving, TimeProvider time) : BackgroundService
{
    /// <summary>How often the files are read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int MaxBytes = 1 << 20;

    private string _seen = "";

    /// <summary>Reads the files; what is new in them is served.</summary>
    public void Look()
    {
        try
        {
            if (new FileInfo(certFile).Length > MaxBytes || new FileInfo(keyFile).Length > MaxBytes)
            {
                serving.Report($"{certFile} or {keyFile} is larger than {MaxBytes >> 20} MB; the certificate before stays in use.");
                return;
            }

            var (certificates, key) = (File.ReadAllText(certFile), File.ReadAllText(keyFile));
            if (certificates + key != _seen)
            {
                _seen = certificates + key;
                serving.Offer(certificates, key);
            }
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            serving.Report($"The certificate cannot be read, the one before stays in use: {wrong.Message}");
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The end of the process.
        }
    }
}
