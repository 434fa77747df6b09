using System.Net;

namespace Superhero.Redis;

/// <summary>What sentinels say of a master and its replicas.</summary>
/// <param name="Masters">The master that each sentinel names.</param>
/// <param name="NeverPromoted">The addresses of replicas that none of the sentinels promotes.</param>
/// <param name="Promotable">The most replicas that a sentinel takes for candidates: they answer it, and had a link to the master when it
/// last asked them.</param>
internal sealed record SentinelReport(IReadOnlyList<EndPoint?> Masters, IReadOnlySet<string> NeverPromoted, int Promotable)
{
    /// <summary>No sentinel has answered yet.</summary>
    public static SentinelReport Nothing { get; } = new([], new HashSet<string>(), 0);

    /// <summary>Reads the answer of a sentinel.</summary>
    public static SentinelReport Of(EndPoint? master, IEnumerable<Dictionary<string, string>> replicas)
    {
        var byPromotion = replicas.ToLookup(fields => fields.GetValueOrDefault("slave-priority") != "0");
        return new SentinelReport(
            [master],
            byPromotion[false].Select(fields => $"{fields["ip"]}:{fields["port"]}").ToHashSet(StringComparer.Ordinal),
            byPromotion[true].Count(IsCandidate));
    }

    /// <summary>The same with the answer of another sentinel.</summary>
    public SentinelReport With(SentinelReport other) => new(
        [.. Masters, .. other.Masters],
        NeverPromoted.Intersect(other.NeverPromoted).ToHashSet(StringComparer.Ordinal),
        Math.Max(Promotable, other.Promotable));

    private static bool IsCandidate(Dictionary<string, string> fields) =>
        fields.GetValueOrDefault("master-link-status") == "ok"
        && !fields["flags"].Split(',').Any(flag => flag is "s_down" or "o_down" or "disconnected");
}
