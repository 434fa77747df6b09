using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Superhero.Silo.Access;

/// <summary>Adds the authentication of the silo's pages.</summary>
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
}
