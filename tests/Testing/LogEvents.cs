namespace Superhero.Testing;

/// <summary>The ids of the events that tests look for; docs/operations.md describes all of them.</summary>
public static class LogEvents
{
    public const int Subscribed = 101;
    public const int NotSubscribed = 102;
    public const int SubscriptionStale = 103;
    public const int SubscribeForbidden = 104;
    public const int PublishForbidden = 105;
    public const int Delivered = 111;
    public const int MessagesDropped = 113;
    public const int DeliveryFailed = 114;
    public const int Reassigned = 115;
    public const int Claimed = 202;
    public const int Resumed = 203;
    public const int Loaded = 204;
    public const int Lost = 205;
    public const int TimedOut = 206;
    public const int Quarantined = 207;
    public const int AttemptFailed = 208;
    public const int LateLinesRemoved = 209;
    public const int SweepFound = 301;
    public const int SweepPassed = 302;
    public const int SweepGameFailed = 303;
    public const int SweepFailed = 304;
    public const int HeroesWritten = 321;
    public const int HeroesLeftOut = 322;
    public const int HeroesFailed = 323;
    public const int MergeHeld = 343;
    public const int MergeFailed = 344;
    public const int FileWritten = 401;
    public const int FileFlushed = 402;
    public const int FileRenamed = 403;
    public const int TemporaryFilesRemoved = 404;
    public const int TemporaryFilesLeft = 405;
    public const int Healthy = 501;
    public const int Unhealthy = 502;
    public const int RedisUnreachable = 601;
    public const int SiloStarted = 602;
    public const int Stopping = 603;
    public const int StopGaveUp = 604;
    public const int Stopped = 605;
    public const int MembershipLost = 701;
    public const int MembershipRestored = 702;
    public const int Fatal = 711;
    public const int PageReadable = 801;
    public const int PasswordTriesExceeded = 802;
    public const int CertificatesKept = 811;
    public const int ConnectionRefused = 812;
}
