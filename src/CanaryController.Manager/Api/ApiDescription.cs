using System.Text.Json.Serialization;
using CanaryController.Resources.Api;
using Microsoft.OpenApi;

namespace CanaryController.Manager.Api;

/// <summary>
/// The API's description in OpenAPI's words, made from the endpoints and the DTOs: served at <c>/openapi/v1.json</c> and kept as docs/openapi.json, which a test
/// compares.
/// </summary>
internal static class ApiDescription
{
    /// <summary>Where it is served.</summary>
    public const string Path = "/openapi/{documentName}.json";

    /// <summary>The document's name: the version of the API.</summary>
    public const string Document = "v1";

    /// <summary>Adds the services that make it.</summary>
    public static IServiceCollection AddApiDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);

            // Numbers are written as numbers; that a string of digits is read too is nothing to promise.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(Document, options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "CanaryController",
                Version = Document,
                Description = "Rollouts: read, watch, command. Errors are RFC 9457 problem details with errors[]{path, value, message, fix}.",
            };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A token that api.tokens names, with the roles view, operate, approve, breakglass; on Kubernetes also one of the cluster, and then RBAC of rollouts (get, list, watch) and "
                    + "rolloutcommands (create) decides, and the verb break-glass on rollouts. Where neither is configured, on loopback only, none is asked for.",
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        }));
        return services;
    }

    /// <summary>What every endpoint may answer when it cannot do what was asked.</summary>
    public static T Problems<T>(this T endpoint, params ReadOnlySpan<int> statuses)
        where T : IEndpointConventionBuilder
    {
        int[] all =
        [
            .. statuses,
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status429TooManyRequests,
            StatusCodes.Status503ServiceUnavailable,
        ];
        foreach (var status in all.Order())
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ApiProblem), ["application/problem+json"]));
        }

        return endpoint;
    }

    /// <summary>What a request's body holds. Only described: the endpoint itself answers what is no JSON, with a sentence that helps.</summary>
    public static RouteHandlerBuilder Body<T>(this RouteHandlerBuilder endpoint) => endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellation);
        context.Document?.AddComponent(typeof(T).Name, schema);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new() { Schema = new OpenApiSchemaReference(typeof(T).Name, context.Document) },
            },
        };
    });

    /// <summary>What an endpoint is called, and what it does in one sentence.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).WithTags("Rollouts");
}
