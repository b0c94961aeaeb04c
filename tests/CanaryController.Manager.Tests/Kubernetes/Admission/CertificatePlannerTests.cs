using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CsCheck;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class CertificatePlannerTests
{
    private static readonly string[] Names = ["webhook.canary.svc"];
    private static readonly DateTimeOffset Begin = AdmissionBed.Now;

    /// <summary>What happens between two looks of the keeper.</summary>
    private static readonly Gen<(int Hours, int Event)[]> Lives = Gen.Select(Gen.Int[1, 24 * 20], Gen.Int[0, 30]).Array[40, 150];

    [Fact]
    public void For_years_what_is_served_is_valid_for_all_clocks_and_signed_by_a_CA_that_was_trusted_before() => Lives.Sample(
        steps =>
        {
            var world = new World();
            foreach (var (hours, happens) in steps)
            {
                world.Live(TimeSpan.FromHours(hours), happens);
            }

            Assert.True(world.Served > 0);
        },
        iter: 200);

    [Fact]
    public void A_quiet_controller_renews_a_certificate_every_60_days_and_a_CA_every_40_months()
    {
        var world = new World();
        for (var day = 0; day < 3650; day++)
        {
            world.Live(TimeSpan.FromDays(1), happens: 0);
        }

        Assert.InRange(world.Served, 60, 64);
        Assert.Equal(3, world.Authorities);
        Assert.InRange(world.Stored.Bundle.Count, 1, 3);
    }

    [Fact]
    public void The_first_certificate_waits_for_its_CA_to_be_published()
    {
        var plan = CertificatePlanner.Plan(new(), Published(null), Names, Begin);
        Assert.True(plan is { MakeAuthority: true, MakeStampKey: true, MakeLeaf: false, Publish: false });
        var stored = new CertificateFacts { HasStampKey = true, HasSigningKey = true, Bundle = [Authority("a", Begin)] };
        Assert.True(CertificatePlanner.Plan(stored, Published(null), Names, Begin) is { MakeAuthority: false, Publish: true, MakeLeaf: false });
        Assert.True(CertificatePlanner.Plan(stored, Published(Begin), Names, Begin) is { Publish: false, MakeLeaf: true });
        Assert.True(CertificatePlanner.Plan(stored, PublicationFacts.Unknown, Names, Begin).MakeLeaf);
    }

    [Fact]
    public void A_new_CA_signs_after_it_was_trusted_for_5_minutes_or_a_week_where_nobody_can_see_that()
    {
        var stored = new CertificateFacts { HasStampKey = true, HasSigningKey = true, Bundle = [Authority("b", Begin), Authority("a", Begin.AddDays(-1300))], Leaf = Leaf("a", Begin.AddDays(-10)) };
        Assert.Equal(Begin.AddMinutes(5), CertificatePlanner.Plan(stored, Published(Begin), Names, Begin).LookAgainAt);
        Assert.True(CertificatePlanner.Plan(stored, Published(Begin), Names, Begin.AddMinutes(5)).MakeLeaf);
        Assert.False(CertificatePlanner.Plan(stored, PublicationFacts.Unknown, Names, Begin.AddDays(8)).MakeLeaf);
        Assert.True(CertificatePlanner.Plan(stored, PublicationFacts.Unknown, Names, Begin.AddDays(50)).MakeLeaf);
        var due = stored with { Leaf = Leaf("a", Begin.AddDays(-61)) };
        Assert.False(CertificatePlanner.Plan(due, PublicationFacts.Unknown, Names, Begin.AddDays(6)).MakeLeaf);
        Assert.True(CertificatePlanner.Plan(due, PublicationFacts.Unknown, Names, Begin.AddDays(7)).MakeLeaf);
    }

    [Fact]
    public void What_cannot_be_used_is_replaced_at_once()
    {
        var stored = new CertificateFacts { HasStampKey = true, HasSigningKey = true, Bundle = [Authority("a", Begin.AddDays(-5))], Leaf = Leaf("a", Begin.AddDays(-5)) };
        Assert.False(Plan(stored).MakeLeaf);
        Assert.True(Plan(stored with { Leaf = null }).MakeLeaf);
        Assert.True(Plan(stored with { Leaf = Leaf(null, Begin) }).MakeLeaf);
        Assert.True(Plan(stored with { Leaf = Leaf("a", Begin.AddDays(-100)) }).MakeLeaf);
        Assert.True(Plan(stored with { Leaf = Leaf("a", Begin.AddDays(-5)) with { Names = ["other"] } }).MakeLeaf);
        Assert.True(Plan(stored with { HasSigningKey = false }).MakeAuthority);
        Assert.True(CertificatePlanner.PlanMounted(new(), Begin).MakeStampKey);
        Assert.False(CertificatePlanner.PlanMounted(stored, Begin).ChangesSecret);

        static CertificatePlan Plan(CertificateFacts facts) => CertificatePlanner.Plan(facts, Published(Begin.AddDays(-1)), Names, Begin);
    }

    private static PublicationFacts Published(DateTimeOffset? since) => new() { IsKnown = true, IsComplete = since is not null, SignerTrustedSince = since };

    private static AuthorityFacts Authority(string id, DateTimeOffset at) => new(id, at - CertificatePlanner.Backdating, at + CertificatePlanner.AuthorityLife);

    private static LeafFacts Leaf(string? issuer, DateTimeOffset at) => new(issuer, [.. Names], at - CertificatePlanner.Backdating, at + CertificatePlanner.LeafLife);

    /// <summary>A Secret, a configuration, and a keeper that is away between two looks.</summary>
    private sealed class World
    {
        private readonly Dictionary<string, DateTimeOffset> _trustedAt = new(StringComparer.Ordinal);
        private DateTimeOffset _now = Begin;
        private string[] _published = [];
        private DateTimeOffset? _since;

        public CertificateFacts Stored { get; private set; } = new();

        public int Served { get; private set; }

        public int Authorities { get; private set; }

        public void Live(TimeSpan away, int happens)
        {
            switch (happens)
            {
                case 1:
                    // The key of the CA is lost.
                    Stored = Stored with { HasSigningKey = false };
                    break;
                case 2:
                    // Another leader, which has seen nothing yet.
                    _since = null;
                    break;
                default:
                    break;
            }

            Keep(_now + away);
        }

        /// <summary>The keeper is there at the time it asked for, or at the end of the absence, whichever is later; at most 20 days late.</summary>
        private void Keep(DateTimeOffset until)
        {
            _now = until;
            for (var step = 0; step < 50; step++)
            {
                Check();
                var plan = CertificatePlanner.Plan(Stored, Seen(), Names, _now);
                if (plan.ChangesSecret)
                {
                    Write(plan);
                }
                else if (plan.Publish)
                {
                    _published = [.. Stored.Bundle.Select(authority => authority.Id)];
                }
                else if (plan.LookAgainAt - _now <= TimeSpan.FromMinutes(10))
                {
                    _now = plan.LookAgainAt;
                }
                else
                {
                    Check();
                    return;
                }
            }

            Assert.Fail("The plan has no end.");
        }

        private PublicationFacts Seen()
        {
            var isTrusted = Stored.Bundle.Count > 0 && _published.Contains(Stored.Bundle[0].Id);
            _since = isTrusted ? _since ?? _now : null;
            foreach (var id in _published)
            {
                _trustedAt.TryAdd(id, _now);
            }

            return new() { IsKnown = true, IsComplete = _published.SequenceEqual(Stored.Bundle.Select(authority => authority.Id)), SignerTrustedSince = _since };
        }

        private void Write(CertificatePlan plan)
        {
            EquatableArray<AuthorityFacts> bundle = [.. Stored.Bundle.Where(authority => !plan.Drop.Contains(authority.Id))];
            if (plan.MakeAuthority)
            {
                bundle = [Authority($"ca{++Authorities}", _now), .. bundle];
                _since = null;
            }

            var leaf = Stored.Leaf;
            if (plan.MakeLeaf)
            {
                // Trusted before it signs, and for a while where something else works still.
                var signer = bundle[0].Id;
                Assert.Contains(signer, _published);
                if (leaf is not null && leaf.Issuer != signer && leaf.NotAfter > _now)
                {
                    Assert.True(_now - _trustedAt[signer] >= CertificatePlanner.Skew);
                }

                leaf = Leaf(signer, _now);
                Served++;
            }

            Stored = Stored with { Bundle = bundle, HasSigningKey = Stored.HasSigningKey || plan.MakeAuthority, HasStampKey = true, Leaf = leaf };
        }

        private void Check()
        {
            if (Stored.Leaf is not { } leaf)
            {
                Assert.Equal(0, Served);
                return;
            }

            foreach (var clock in new[] { _now - CertificatePlanner.Skew, _now + CertificatePlanner.Skew })
            {
                Assert.InRange(clock, leaf.NotBefore, leaf.NotAfter);
                var issuer = Stored.Bundle.Single(authority => authority.Id == leaf.Issuer);
                Assert.InRange(clock, issuer.NotBefore, issuer.NotAfter);
            }

            Assert.Contains(leaf.Issuer, _published);
        }
    }
}
