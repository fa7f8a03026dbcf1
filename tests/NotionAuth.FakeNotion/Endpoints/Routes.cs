using NotionAuth.FakeNotion.OAuth;

namespace NotionAuth.FakeNotion.Endpoints;

/// <summary>All that the fake answers to.</summary>
internal static class Routes
{
    public static Router Create()
    {
        var router = new Router();
        OAuthEndpoints.Map(router);
        AuthorizeEndpoint.Map(router);
        UsersEndpoints.Map(router);
        PagesEndpoints.Map(router);
        PageMarkdownEndpoints.Map(router);
        BlocksEndpoints.Map(router);
        DatabasesEndpoints.Map(router);
        DataSourcesEndpoints.Map(router);
        SearchEndpoints.Map(router);
        CommentsEndpoints.Map(router);
        FileUploadsEndpoints.Map(router);
        AsyncTasksEndpoints.Map(router);
        SessionsEndpoints.Map(router);
        CustomEmojisEndpoints.Map(router);
        return router;
    }
}
