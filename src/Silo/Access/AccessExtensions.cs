using System.Net.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Superhero.Settings;
using Superhero.Silo.Health;

namespace Superhero.Silo.Access;

/// <summary>Adds the silo's pages' address and authentication.</summary>
internal static class AccessExtensions
{
    /// <summary>Where a user is set, asks for user and password at every address but those that allow anyone.</summary>
    public static IServiceCollection AddPageAccess(this IServiceCollection services)
    {
        // Not AddAuthentication, which writes keys for cookies into the home of whoever runs the silo.
        services
            .AddSingleton<PageLogin>()
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

    /// <summary>Answers GET, and HEAD as RFC 9110 demands; the server leaves out the body.</summary>
    public static IEndpointConventionBuilder MapPage(this WebApplication app, string pattern, RequestDelegate handler) =>
        app.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler);

    /// <summary>Refuses requests for other hosts with 400. Without a password, any web page could otherwise read the silo's pages by DNS
    /// rebinding. Health checks may come by any name.</summary>
    public static void UseAllowedHosts(this WebApplication app)
    {
        var page = app.Services.Options<PageOptions>();
        if (page.AllowedHosts.Count == 0 && page.User is not null)
        {
            return;
        }

        HashSet<string> allowed = new([.. page.AllowedHosts, "localhost", "127.0.0.1", "[::1]"], StringComparer.OrdinalIgnoreCase);
        app.Use(async (context, next) =>
        {
            if (allowed.Contains(context.Request.Host.Host) || context.Request.Path.StartsWithSegments(HealthExtensions.Path))
            {
                await next(context);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("This name of the host is not allowed; add it to HTTP_ALLOWED_HOSTS.\n");
        });
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
