using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Superhero.Redis;

namespace Superhero.Silo.Subscriber;

/// <summary>What a silo subscribes to.</summary>
public sealed class SubscriberOptions
{
    /// <summary>WORKER_CHANNEL: the channels, separated by commas.</summary>
    [ConfigurationKeyName("WORKER_CHANNEL"), Description("the channels to subscribe to, separated by commas")]
    [MinLength(1, ErrorMessage = "names of channels, separated by commas")]
    public IReadOnlyList<string> Channels { get; set; } = [.. LogChannel.GameFinishedChannels];
}
