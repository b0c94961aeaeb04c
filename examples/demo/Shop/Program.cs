using CanaryController.Examples.Shop;

return await ShopOptions.Command(ServeAsync).Parse(args).InvokeAsync();

static async Task<int> ServeAsync(ShopOptions options, CancellationToken cancellation)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
    await using var app = builder.Build();

    var shelf = new Shelf(options, TimeProvider.System);
    app.MapGet("/healthz", () => "ok");
    app.MapGet("/", async (HttpContext http) =>
    {
        http.Response.Headers["X-Shop-Version"] = options.Version;
        var (latency, fails) = shelf.Next();
        await Task.Delay(latency, TimeProvider.System, http.RequestAborted);
        return fails ? Results.Text("out of order", statusCode: StatusCodes.Status500InternalServerError) : Results.Text("sold");
    });

    await app.StartAsync(cancellation);
    await app.WaitForShutdownAsync(cancellation);
    return 0;
}
