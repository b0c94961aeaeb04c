using System.Globalization;

namespace CanaryController.Simulation;

/// <summary>
/// The real manager with its real folder and database on virtual time, among seeded faults: it dies before any write, the router goes away, instances come and go, evidence turns,
/// files change, break and vanish, people command. Every failure names the seed that replays it: <c>./build.sh simulate --seed N</c>.
/// </summary>
public sealed class SimulationTests
{
    private const int Seeds = 16;

    public static TheoryData<int> Chosen
    {
        get
        {
            var given = Environment.GetEnvironmentVariable("CANARY_SIMULATION_SEED");
            var (first, count) = given is null
                ? (1, Seeds)
                : (int.Parse(given, CultureInfo.InvariantCulture), int.Parse(Environment.GetEnvironmentVariable("CANARY_SIMULATION_RUNS") ?? "1", CultureInfo.InvariantCulture));
            return [.. Enumerable.Range(first, count)];
        }
    }

    [Theory]
    [MemberData(nameof(Chosen))]
    public async Task Whatever_happens_the_rules_hold_and_every_rollout_comes_to_rest(int seed)
    {
        await using var world = new World(seed);
        try
        {
            await world.LiveAsync(moves: 150);
            await world.ComeHomeAsync();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}: {failure.Message}\nReplay: ./build.sh simulate --seed {seed}\n{world.Story}", failure);
        }
    }
}
