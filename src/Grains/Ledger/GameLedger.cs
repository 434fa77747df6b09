using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Ledger;

/// <summary>The games' records in Redis. An attempt at a game is begun by one script and ended by another, each of which looks
/// and acts in one moment; between the two nothing is recorded, and whoever lost the game meanwhile can end nothing. All times
/// are of Redis' clock, inside the scripts.</summary>
public sealed class GameLedger(
    IConnectionMultiplexer redis, ISiloLiveness silos, IOptions<GameOptions> games, IOptions<LedgerOptions> options)
{
    private const int MaxReasonLength = 1000;
    private const string Lost = "Lost";

    // So that a late message finds either the record or no game at all.
    private static readonly TimeSpan Retention = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private string HostName => games.Value.HostName;

    /// <summary>Begins an attempt: claims the game where it is finished, or goes on from the claim of an attempt that failed, of
    /// a silo that is dead, or that is too old.</summary>
    /// <param name="token">The game's token.</param>
    /// <param name="replay">Whether it is to be done even where it is in quarantine, or waits for its next attempt.</param>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<Beginning> BeginAsync(Guid token, bool replay = false)
    {
        var (beginning, holder) = await BeginAsync(token, replay, dead: "");
        return beginning.State == BeginState.Held && silos.IsDead(holder)
            ? (await BeginAsync(token, replay, dead: holder)).Beginning
            : beginning;
    }

    /// <summary>Ends an attempt whose files are safe: records that, counts the game, and lets its keys go where cleaning is on.</summary>
    /// <returns>False, with nothing touched, where the game is no longer this attempt's.</returns>
    /// <exception cref="RedisException">Redis can't be reached, and whether it has ended is not known.</exception>
    public Task<bool> LoadedAsync(Claim claim, ExtractedGame game, GameTables tables)
    {
        var heroes = tables.Meta.ToDictionary(row => row.User, row => row.SuperheroId, StringComparer.Ordinal);
        PodiumPlace[] podium = [.. tables.Podium.Select(row => new PodiumPlace(
            row.User, heroes[row.User], row.Rank, row.Rounds, row.DamageReceived, row.DamageSent))];
        return EndAsync("Loaded", claim, game.Wanted, game.Users,
        [
            new LoadedGame(claim.Token, default, HostName, claim.ClaimedBy, claim.ClaimedAt, claim.Attempt, podium).ToJson(),
            .. podium.SelectMany(row => new RedisValue[] { (int)row.Hero, row.Rank == 1, row.Sent.ToString(CultureInfo.InvariantCulture) }),
        ]);
    }

    /// <summary>Lets the keys of a game go that was loaded without cleaning.</summary>
    /// <returns>False, with nothing touched, where they are on their way already.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> CleanedAsync(Claim claim, string? wanted, IEnumerable<string> users) => EndAsync("Cleaned", claim, wanted, users);

    /// <summary>Counts a lobby that never filled, and lets its keys go.</summary>
    /// <returns>False, with nothing touched, where it has come to life or was cleaned before.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> TimedOutAsync(Claim claim, string? wanted, IEnumerable<string> users) => EndAsync("TimedOut", claim, wanted, users);

    /// <summary>Lets go what is left of a game of which there is neither a record nor a log.</summary>
    /// <returns>False, with nothing touched, where there is more of it.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> UnknownAsync(Claim claim, string? wanted, IEnumerable<string> users) => EndAsync("Unknown", claim, wanted, users);

    /// <summary>Removes what came after a game was cleaned: log lines of players who did not know.</summary>
    /// <returns>False, with nothing touched, if the game is not one that was loaded and cleaned.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> LateAsync(Claim claim, string? wanted, IEnumerable<string> users) => EndAsync("Late", claim, wanted, users);

    /// <summary>Ends an attempt at a game that can't be processed: it goes to quarantine.</summary>
    /// <returns>False, with nothing touched, where the game is no longer this attempt's.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> QuarantinedAsync(Claim claim, string reason, string? line) =>
        EndAsync("Quarantined", claim, null, [], [Entry(claim.Token, reason, line), reason]);

    /// <summary>Takes a game out of quarantine and deletes all its keys. Its record expires.</summary>
    /// <returns>False, with nothing touched, if the game is not in quarantine.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> DroppedAsync(Guid token, string? wanted, IEnumerable<string> users) =>
        EndAsync("Dropped", new Claim(token, -1, HostName, default), wanted, users);

    /// <summary>Ends an attempt that failed. The next one may begin after 1, 2, 4 and so on, at the most 60 seconds.</summary>
    /// <param name="claim">The attempt.</param>
    /// <param name="reason">The error.</param>
    /// <param name="own">Whether the game itself failed, and not the world around it: then it goes to quarantine in the end.</param>
    /// <returns>Failed or Quarantined; Waiting, with nothing touched, where the game is no longer this attempt's.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<GameOutcome> FailedAsync(Claim claim, string reason, bool own)
    {
        var wait = FirstWait * Math.Pow(2, Math.Min(claim.Attempt - 1, 10));
        var cut = reason[..Math.Min(reason.Length, MaxReasonLength)];
        return await RunEndAsync("Failed", claim, null, [],
        [
            cut, Milliseconds(wait < MaxWait ? wait : MaxWait),
            own ? options.Value.MaxFailures : RedisValue.EmptyString, Entry(claim.Token, cut, line: null),
        ]) switch
        {
            "Failed" => GameOutcome.Failed,
            "Quarantined" => GameOutcome.Quarantined,
            _ => GameOutcome.Waiting,
        };
    }

    private async Task<(Beginning Beginning, string Holder)> BeginAsync(Guid token, bool replay, string dead)
    {
        var keys = new GameKeys(token);
        var claiming = ReplicaAcknowledgement.Begin(redis);
        var answer = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(
            LedgerScript.Begin,
            [RecordKey.Of(token), keys.Status, keys.Wanted, keys.Participants, keys.Logs, QuarantineStore.Key, StatisticsKeys.Latest],
            [
                keys.Token, HostName, silos.Self, Milliseconds(options.Value.Hold), Milliseconds(MaxWait),
                dead, replay ? "replay" : "", options.Value.PageLength, keys.HeroPrefix, options.Value.PageBytes,
            ]))!;
        var state = Enum.Parse<BeginState>((string)answer[0]!);
        if (state == BeginState.Claimed)
        {
            // A failover that forgot the claim would let another silo write the game under other names.
            await claiming.CountsAsync();
        }

        var by = (string)answer[2]!;

        // Who can write to Redis may have put anything there. Whatever it is, each attempt must read the same.
        var written = (string)answer[3]!;
        var at = DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.UnixEpoch;
        return (new Beginning(state, new Claim(token, (int)answer[1], by, at) { Written = written }, Found(answer[4])), by);
    }

    private async Task<bool> EndAsync(
        string outcome, Claim claim, string? wanted, IEnumerable<string> users, params RedisValue[] arguments) =>
        await RunEndAsync(outcome, claim, wanted, users, arguments) != Lost;

    private async Task<string> RunEndAsync(
        string outcome, Claim claim, string? wanted, IEnumerable<string> users, RedisValue[] arguments)
    {
        var keys = new GameKeys(claim.Token);
        return (string)(await redis.GetDatabase().ScriptEvaluateAsync(
            LedgerScript.End,
            [
                RecordKey.Of(claim.Token), keys.Status, GameKeys.Games, GameKeys.Players(wanted ?? ""), keys.Logs, QuarantineStore.Key,
                StatisticsKeys.Totals, StatisticsKeys.Minutes, StatisticsKeys.Days, StatisticsKeys.HeroGames, StatisticsKeys.HeroWins,
                StatisticsKeys.HeroDamage, StatisticsKeys.Latest, .. keys.AllButLogs(users),
            ],
            [
                outcome, claim.Attempt, claim.Written, keys.Token, games.Value.Clean, (long)games.Value.Expiry.TotalSeconds,
                (long)(games.Value.Expiry + Retention).TotalSeconds, .. arguments,
            ]))!;
    }

    private static FoundGame? Found(RedisResult answer)
    {
        if (answer.IsNull)
        {
            return null;
        }

        var game = (RedisResult[])answer!;
        return new FoundGame(
            (string?)game[0], (string?)game[1], (RedisValue[])game[2]!, (string?[])game[3]!, (long)game[4], (RedisValue[])game[5]!);
    }

    private RedisValue Entry(Guid token, string reason, string? line) =>
        JsonSerializer.Serialize(new QuarantinedGame(token, reason, line, HostName, default));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
