using System.Net.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Superhero.Settings;

namespace Superhero.Silo.Access;

/// <summary>Adds the silo's pages' address and authentication.</summary>
internal static class AccessExtensions
{
    /// <summary>Where a user is set, asks for user and password at every address but those that allow anyone.</summary>
    public static IServiceCollection AddPageAccess(this IServiceCollection services)
    {
        // Not AddAuthentication, which writes keys for cookies into the home of whoever runs the silo.
        services
            .AddSingleton(new PasswordTries(TimeSpan.FromMinutes(1)))
            .AddWebEncoders()
            .AddAuthenticationCore(authentication => authentication.DefaultScheme = BasicAuthenticationHandler.SchemeName);
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BasicAuthenticationHandler>(BasicAuthenticationHandler.SchemeName, configureOptions: null);
        services.AddAuthorization().AddOptions<AuthorizationOptions>().Configure<IOptions<PageOptions>>((authorization, page) =>
        {
            if (page.Value.User is not null)
            {
                authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            }
        });
        return services;
    }

    /// <summary>Listens for those who ask for pages; by HTTPS where there is a certificate.</summary>
    public static void ListenForPages(this KestrelServerOptions kestrel, int port)
    {
        var services = kestrel.ApplicationServices;
        var page = services.Options<PageOptions>();
        kestrel.Listen(page.Address!, port, listen =>
        {
            if (page.Files.AreNamed)
            {
                var logger = services.GetRequiredService<ILogger<PageOptions>>();
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificateContext = page.Files.ReadOrKeep(logger).Own }),
                });
            }
        });
    }
}
