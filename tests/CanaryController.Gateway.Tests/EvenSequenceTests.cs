using CanaryController.Gateway.Splits;
using CsCheck;

namespace CanaryController.Gateway.Tests;

/// <summary>The laws of the order in which requests take their versions.</summary>
public sealed class EvenSequenceTests
{
    private static readonly Gen<int[]> Weights =
        from cuts in Gen.Int[0, Split.Whole].Array[0, 5]
        let ends = cuts.Append(0).Append(Split.Whole).Order().ToArray()
        select ends.Zip(ends.Skip(1), (low, high) => high - low).ToArray();

    [Fact]
    public void Any_ten_thousand_in_a_row_have_exactly_the_basis_points() =>
        Gen.Select(Weights, Gen.Int, Gen.Int[0, Split.Whole]).Sample((weights, seed, start) =>
        {
            var sequence = EvenSequence.Build(weights, seed);
            var counts = new int[weights.Length];
            for (var request = start; request < start + Split.Whole; request++)
            {
                counts[sequence[request % Split.Whole]]++;
            }

            Assert.Equal(weights, counts);
        });

    [Fact]
    public void With_two_versions_any_window_is_less_than_two_requests_off_its_share() =>
        Gen.Select(Gen.Int[0, Split.Whole], Gen.Int, Gen.Int[0, Split.Whole - 1]).Sample((canary, seed, start) =>
        {
            var sequence = EvenSequence.Build([Split.Whole - canary, canary], seed);
            var taken = 0;
            for (var length = 1; length <= 2 * Split.Whole; length++)
            {
                taken += sequence[(start + length - 1) % Split.Whole];
                Assert.True(Math.Abs(taken - (length * (canary / (double)Split.Whole))) < 2);
            }
        });

    [Fact]
    public void Weight_zero_is_never_chosen() =>
        Weights.Sample(weights => Assert.All(EvenSequence.Build(weights, 1), version => Assert.NotEqual(0, weights[version])));

    [Fact]
    public void Every_tenth_request_does_not_always_meet_the_same_version()
    {
        var sequence = EvenSequence.Build([9000, 1000], 7);
        var everyTenth = Enumerable.Range(0, Split.Whole / 10).Select(request => sequence[request * 10]);
        Assert.InRange(everyTenth.Count(version => version == 1), 50, 150);
    }

    [Fact]
    public void The_same_generation_gives_the_same_sequence() =>
        Weights.Sample(weights => Assert.Equal(EvenSequence.Build(weights, 3), EvenSequence.Build(weights, 3)));
}
