# Part of NotionAuth.TestSupport.psm1: the simulated Notion, its faults, and integrations in it.

function Get-FakeState { Invoke-FakeNotionControl 'state' }

function Get-FakeRequest {
    <#
    .SYNOPSIS
    What the simulated Notion was asked, oldest first.
    #>
    param([string] $Path = '/v1', [string] $Method, [string] $BotId)

    $query = "requests?path=$([uri]::EscapeDataString($Path))"
    if ($Method) { $query += "&method=$Method" }
    @((Invoke-FakeNotionControl $query).requests | Where-Object { -not $BotId -or $_.botId -eq $BotId })
}

function Get-SentBody {
    <#
    .SYNOPSIS
    What arrives at Notion of a body.
    #>
    param($Body)

    Clear-FakeRequest
    Add-FakeFault @{ path = '/v1/comments'; status = 200; body = '{"object":"comment"}' }
    $null = Invoke-NotionRequest comments -Method POST -Body $Body -ErrorAction Stop
    (Get-FakeRequest '/v1/comments')[0].body
}

function Get-Reply {
    <#
    .SYNOPSIS
    What Invoke-NotionRequest makes of a reply.
    #>
    param([string] $Json, [switch] $AsHashtable)

    Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = $Json }
    Invoke-NotionRequest users/me -AsHashtable:$AsHashtable -ErrorAction Stop
}

function Clear-FakeRequest { $null = Invoke-FakeNotionControl 'requests' DELETE }

function Add-FakeFault {
    <#
    .SYNOPSIS
    Makes something go wrong on demand: kind, path, status, code, times, delayMs, headers, …
    #>
    param([Parameter(Mandatory)] [hashtable] $Fault)

    $null = Invoke-FakeNotionControl 'faults' -Body $Fault
}

function Clear-FakeFault { $null = Invoke-FakeNotionControl 'faults' DELETE }

function Set-FakeBehavior {
    <#
    .SYNOPSIS
    Changes how the simulated Notion behaves where Notion's own behaviour isn't known.
    #>
    param([Parameter(Mandatory)] [hashtable] $Behavior)

    $null = Invoke-FakeNotionControl 'behavior' -Body $Behavior
}

function Invoke-FakeExpiry {
    <#
    .SYNOPSIS
    Lets the access tokens of a bot expire.
    #>
    param([Parameter(Mandatory)] [string] $BotId)

    $null = Invoke-FakeNotionControl 'expire' -Body @{ botId = $BotId }
}

function New-FakeApp {
    <#
    .SYNOPSIS
    Registers a public integration in a workspace of its own, so that no test meets another's connection. SignIn is
    splatted to Connect-NotionWorkspace.
    #>
    param(
        [string] $Workspace,
        [ValidateSet('allow', 'deny', 'off')] [string] $Approval = 'allow',
        [string] $Icon,
        [switch] $NoRefreshToken,
        [string[]] $RedirectUri
    )

    $script:Number++
    $tag = '{0}-{1}' -f $script:Number, [guid]::NewGuid().ToString('N').Substring(0, 8)
    $app = @{
        clientId      = [guid]::NewGuid().ToString()
        clientSecret  = "secret_$(Get-SecretMark)TestClient$($tag.Replace('-', ''))ForTestsOnly000001"
        name          = 'NotionAuth tests'
        workspaceName = if ($Workspace) { $Workspace } else { "Workspace $tag" }
        redirectUris  = @((Get-FakeNotion).RedirectUri) + @($RedirectUri | Where-Object { $_ })
        autoApprove   = $Approval
        refreshTokens = -not $NoRefreshToken
    }
    if ($Icon) { $app.workspaceIcon = $Icon }
    $null = Invoke-FakeNotionControl 'integrations' -Body $app
    [pscustomobject]@{
        ClientId     = $app.clientId
        ClientSecret = $app.clientSecret
        Workspace    = $app.workspaceName
        SignIn       = @{
            ClientId     = $app.clientId
            ClientSecret = ConvertTo-Secret $app.clientSecret
            RedirectUri  = $app.redirectUris
            BaseUri      = (Get-FakeNotion).BaseUri
            TimeoutSec   = 20
        }
    }
}

function Set-FakeApp {
    <#
    .SYNOPSIS
    Changes an integration's settings.
    #>
    param([Parameter(Mandatory)] $App, [Parameter(Mandatory)] [hashtable] $Settings)

    $null = Invoke-FakeNotionControl 'integrations' -Body (@{ clientId = $App.ClientId } + $Settings)
}

function New-FakeToken {
    <#
    .SYNOPSIS
    Registers an internal integration in a workspace of its own. SignIn is splatted to Connect-NotionWorkspace.
    #>
    param([string] $Workspace)

    $script:Number++
    $tag = '{0}{1}' -f $script:Number, [guid]::NewGuid().ToString('N').Substring(0, 8)
    $text = "ntn_$(Get-SecretMark)TestInternal${tag}ForTestsOnly0000000001"
    $name = if ($Workspace) { $Workspace } else { "Internal $tag" }
    $null = Invoke-FakeNotionControl 'integrations' -Body @{
        kind = 'internal'; token = $text; workspaceName = $name; name = "Internal bot $tag"
    }
    [pscustomobject]@{
        Text      = $text
        Workspace = $name
        SignIn    = @{ Token = ConvertTo-Secret $text; BaseUri = (Get-FakeNotion).BaseUri }
    }
}
