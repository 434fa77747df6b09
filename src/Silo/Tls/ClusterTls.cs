using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Superhero.Grains.Games;
using Superhero.Redis;

namespace Superhero.Silo.Tls;

/// <summary>Lets in, and calls, those alone whose certificate is from the cluster's authority, where the settings name one.</summary>
internal sealed partial class ClusterTls(IOptions<ClusterTlsOptions> options, TimeProvider clock, ILogger<ClusterTls> logger)
{
    private readonly FailureSummary _refusals = new(clock);

    private CertificateFiles Files => options.Value.Files;

    /// <summary>Adds it to a silo, or to a client of the cluster.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<ClusterTls>().TryAddSingleton<TimeProvider>(SteadyClock.Instance);
        services.AddOptions<SiloConnectionOptions>().Configure<ClusterTls>((connections, tls) =>
        {
            connections.ConfigureSiloInboundConnection(tls.Answer);
            connections.ConfigureGatewayInboundConnection(tls.Answer);
            connections.ConfigureSiloOutboundConnection(tls.Call);
        });
        services.AddOptions<ClientConnectionOptions>().Configure<ClusterTls>((connections, tls) => connections.ConfigureConnection(tls.Call));
    }

    private void Answer(IConnectionBuilder builder) => Use(builder, options => builder.UseServerTls(options));

    private void Call(IConnectionBuilder builder) => Use(builder, options => builder.UseClientTls(options));

    private void Use(IConnectionBuilder builder, Action<TlsOptions> use)
    {
        if (!Files.AreNamed)
        {
            return;
        }

        builder.Use(next => async connection =>
        {
            await next(connection);
            if (connection.Features.Get<ITlsApplicationProtocolFeature>() is null)
            {
                Refused(connection.RemoteEndPoint, connection.Features.Get<Refusal>() ?? Refusal.Handshake);
            }
        });
        use(new TlsOptions
        {
            LocalCertificate = Files.ReadOrKeep(logger).Own.TargetCertificate,

            // The library's own check does not know the connection, and would do without the authorities; ours has both.
            RemoteCertificateMode = RemoteCertificateMode.NoCertificate,
            OnAuthenticateAsServer = (connection, tls) =>
            {
                var certificates = Files.ReadOrKeep(logger);
                var server = (SslServerAuthenticationOptions)tls.SslServerAuthenticationOptions;
                server.ServerCertificateSelectionCallback = null;
                server.ServerCertificateContext = certificates.Own;
                server.ClientCertificateRequired = true;
                server.CertificateChainPolicy = certificates.Trust();
                server.RemoteCertificateValidationCallback = Check(connection);
            },
            OnAuthenticateAsClient = (connection, tls) =>
            {
                var certificates = Files.ReadOrKeep(logger);
                var client = (SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions;
                client.ClientCertificateContext = certificates.Own;
                client.CertificateChainPolicy = certificates.Trust();
                client.RemoteCertificateValidationCallback = Check(connection);
            },
        });
    }

    private static RemoteCertificateValidationCallback Check(ConnectionContext connection) => (_, certificate, chain, errors) =>
    {
        // Silos are reached by addresses, which their certificates need not know.
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None)
        {
            return true;
        }

        connection.Features.Set(certificate is null ? Refusal.NoCertificate : Refusal.OtherCertificate(certificate.Subject, Certificates.Faults(chain!)));
        return false;
    };

    // A silo that is refused tries again and again.
    private void Refused(EndPoint? remote, Refusal refusal)
    {
        if (_refusals.Add(refusal.Kind) is { } count)
        {
            LogRefused(remote, refusal.Reason, count);
        }
    }

    [LoggerMessage(812, LogLevel.Warning, "Refused the connection with {Remote}; {Count} similar refusals since the last report: {Reason}")]
    private partial void LogRefused(EndPoint? remote, string reason, int count);

    private sealed record Refusal(string Kind, string Reason)
    {
        public static readonly Refusal Handshake = new("handshake", "it uses no TLS, or does not trust this certificate");

        public static readonly Refusal NoCertificate = new("none", "it shows no certificate");

        public static Refusal OtherCertificate(string subject, string faults) =>
            new("other", $"its certificate {subject} is not a valid one from the authority of SILO_TLS_CA ({faults})");
    }
}
