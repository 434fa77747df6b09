using System.Threading.Channels;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Subscriber;

/// <summary>Hears that games have ended and hands each that is in this silo's share to its grain. When the members of the
/// cluster change, it does so with those that have come into its share, of what it heard in the last minute.</summary>
/// <remarks>What waits for its grain is bounded: beyond <see cref="Capacity"/> announcements the newest are dropped and
/// counted, instead of filling the memory. Those, and the games that fail, are left to the sweep. While this silo admits no game, they
/// wait here, and no grain is called.</remarks>
public sealed partial class GameSubscriber(
    ChannelSubscription subscription, IClusterMembershipService membership, GameShare share, PartitionOwnership ownership, GamesInHand inHand, GameDelivery delivery, Rehearsal rehearsal, SubscriberMetrics metrics, TimeProvider clock, ILogger<GameSubscriber> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>How many announcements may wait.</summary>
    public const int Capacity = 65_536;

    private const int Concurrency = 32;

    // Most of what changes hands is done already, and must not be in the way of the games that end now.
    private const int InheritedConcurrency = 8;

    private readonly Channel<Announcement> _waiting = Channel.CreateBounded<Announcement>(Capacity);
    private readonly Channel<Announcement> _inherited = Channel.CreateBounded<Announcement>(OverheardGames.Capacity);

    private readonly CancellationTokenSource _leaving = new();
    private Task _delivering = Task.CompletedTask;
    private long _dropped;

    private bool IsAtWork => ownership.IsMember && !_leaving.IsCancellationRequested;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await subscription.SubscribeAsync(OnMessage);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins no more games, and waits for those that are with their grains. Only then does the silo leave the cluster: from
    /// that moment Orleans has no place for a grain, and where all silos leave at once it would warn of each call.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _leaving.CancelAsync();
        _waiting.Writer.TryComplete();
        _inherited.Writer.TryComplete();
        await _delivering.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // In this order: a channel that is silent while it is left would be subscribed to again.
        await base.StopAsync(cancellationToken);
        await subscription.UnsubscribeAsync();
    }

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override void Dispose()
    {
        _leaving.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _delivering = Task.WhenAll(DeliverAsync(_waiting, Concurrency), DeliverAsync(_inherited, InheritedConcurrency));
        return Task.WhenAll(subscription.MonitorAsync(OnMessage, stoppingToken), WatchMembersAsync(stoppingToken), _delivering);
    }

    private void OnMessage(RedisValue message)
    {
        if (!GameFinishedMessageParser.TryParse(message, out var finished))
        {
            metrics.Received("other");
            return;
        }

        var announcement = new Announcement(finished, clock.GetTimestamp());
        metrics.Received(
            !share.IsOwn(announcement) || _leaving.IsCancellationRequested ? "elsewhere"
            : !inHand.TryTake(announcement) || TryDeliver(_waiting, announcement) ? "own"
            : "dropped");
    }

    private async Task WatchMembersAsync(CancellationToken stoppingToken)
    {
        try
        {
            Task? rehearsing = null;
            await foreach (var change in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                _ = DivideAsync(stoppingToken);
                rehearsing ??= ownership.IsMember ? RehearseAsync() : null;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task DivideAsync(CancellationToken stoppingToken)
    {
        while (Divide() is { } settling && !stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(settling, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan? Divide()
    {
        var settling = share.Divide(out var inherited);
        if (inherited.Count > 0 && !_leaving.IsCancellationRequested)
        {
            LogInherited(inherited.Count);
            metrics.Inherited(inherited.Count(announcement => TryDeliver(_inherited, announcement)));
        }

        return settling;
    }

    private async Task RehearseAsync()
    {
        try
        {
            await rehearsal.RunAsync();
        }
        catch (Exception exception)
        {
            LogUnrehearsed(exception.Reason(), exception.Unexpected());
        }
    }

    private bool TryDeliver(Channel<Announcement> channel, Announcement announcement)
    {
        if (channel.Writer.TryWrite(announcement))
        {
            return true;
        }

        inHand.LetGo(announcement.Message.Game);
        if (Interlocked.Increment(ref _dropped) is var dropped && long.IsPow2(dropped))
        {
            LogDropped(dropped);
        }

        return false;
    }

    private Task DeliverAsync(Channel<Announcement> channel, int concurrency) => Parallel.ForEachAsync(
        channel.Reader.ReadAllAsync(CancellationToken.None),
        new ParallelOptions { MaxDegreeOfParallelism = concurrency },
        async (announcement, _) =>
        {
            // What only waits when the silo leaves, the others have received, too.
            var outcome = await delivery.DeliverAsync(announcement, _leaving.Token);
            foreach (var later in inHand.LetGo(announcement.Message.Game))
            {
                // A lobby has to know who has left it.
                if (outcome is GameOutcome.Leaving or GameOutcome.Running && IsAtWork)
                {
                    outcome = await delivery.DeliverAsync(later, _leaving.Token);
                }
                else
                {
                    metrics.Duplicate();
                }
            }
        });

    [LoggerMessage(113, LogLevel.Warning, "Dropped {Count} game-finished messages so far because too many were waiting; the sweep finds their games")]
    private partial void LogDropped(long count);

    [LoggerMessage(115, LogLevel.Information, "The members of the cluster changed; received the messages of {Count} games that this silo owns now")]
    private partial void LogInherited(int count);

    [LoggerMessage(116, LogLevel.Debug, "Could not warm up; the first game takes longer: {Reason}")]
    private partial void LogUnrehearsed(string reason, Exception? bug);
}
