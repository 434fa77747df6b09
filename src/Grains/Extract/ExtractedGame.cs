namespace Superhero.Grains.Extract;

/// <summary>What Redis holds of a game, as it was at one moment.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Status">Its status, or null where it has none.</param>
/// <param name="Wanted">How many participants it wanted, as written; null where that is not known.</param>
/// <param name="Participants">The user_tokens of those in it, and of those whom only its log names.</param>
/// <param name="HeroIds">user_token to the id of the participant's hero, as written.</param>
/// <param name="Attacks">Its log, oldest first; empty unless it is completed.</param>
/// <param name="LastAttack">When its last attack was; null where its log does not say.</param>
public sealed record ExtractedGame(
    Guid Token,
    string? Status,
    string? Wanted,
    IReadOnlyList<string> Participants,
    IReadOnlyDictionary<string, string> HeroIds,
    IReadOnlyList<Attack> Attacks,
    DateTimeOffset? LastAttack = null)
{
    /// <summary>Whether nothing is left of it but perhaps a status, which a late player's last word can bring back.</summary>
    public bool IsGone => Participants.Count == 0 && Attacks.Count == 0;

    /// <summary>Puts a game together.</summary>
    /// <param name="token">The game's token.</param>
    /// <param name="status">Its status.</param>
    /// <param name="wanted">How many participants it wanted.</param>
    /// <param name="users">The user_tokens of those in it.</param>
    /// <param name="heroes">Finds the id of a participant's hero; null where there is none.</param>
    /// <param name="lines">The lines of its log.</param>
    /// <exception cref="UnprocessableGameException">A line can't be read.</exception>
    public static async Task<ExtractedGame> FromAsync(
        Guid token, string? status, string? wanted, IReadOnlyList<string> users, Func<string, Task<string?>> heroes,
        IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        Attack[] attacks = [.. lines.Select(line => AttackLog.Parse(line, token))];
        string[] participants =
            [.. users, .. attacks.SelectMany(attack => new[] { attack.User, attack.Enemy }).Distinct().Except(users, StringComparer.Ordinal)];
        var ids = await Task.WhenAll(participants.Select(heroes));
        return new ExtractedGame(
            token,
            status,
            wanted,
            participants,
            participants.Zip(ids).Where(hero => hero.Second is not null).ToDictionary(hero => hero.First, hero => hero.Second!, StringComparer.Ordinal),
            attacks,
            lines.Count > 0 ? AttackLog.Time(lines[^1]) : null);
    }
}
