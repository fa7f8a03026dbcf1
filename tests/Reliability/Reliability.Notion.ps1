# Part of NotionAuth.Reliability.psm1: integrations in the simulated Notion, and secrets of the run.

function Get-RefreshCount { (Invoke-FakeNotionControl state).refreshCount }

function Invoke-Expiry {
    <#
    .SYNOPSIS
    Lets access tokens expire: those of a bot, or all.
    #>
    param([string] $BotId)

    $body = @{}
    if ($BotId) { $body.botId = $BotId }
    $null = Invoke-FakeNotionControl expire -Body $body
}

function New-App {
    <#
    .SYNOPSIS
    Registers an integration in a workspace of its own.
    #>
    param([Parameter(Mandatory)] [string] $Name)

    $app = @{
        clientId      = [guid]::NewGuid().ToString()
        clientSecret  = New-SecretText secret_
        name          = "$Name integration"
        workspaceName = $Name
        redirectUris  = @((Get-FakeNotion).RedirectUri)
        autoApprove   = 'allow'
        refreshTokens = $true
    }
    $null = Invoke-FakeNotionControl integrations -Body $app
    [pscustomobject]@{
        Name = $Name; ClientId = $app.clientId; ClientSecret = $app.clientSecret; RedirectUri = $app.redirectUris[0]
        BaseUri = (Get-FakeNotion).BaseUri
    }
}

function New-Token {
    <#
    .SYNOPSIS
    Registers an internal integration in a workspace of its own; returns its token.
    #>
    param([Parameter(Mandatory)] [string] $Name)

    $text = New-SecretText ntn_
    $null = Invoke-FakeNotionControl integrations -Body @{
        kind = 'internal'; token = $text; workspaceName = $Name; name = "$Name integration"
    }
    $text
}

function New-SecretText {
    <#
    .SYNOPSIS
    Makes up a secret of the run.
    #>
    param([Parameter(Mandatory)] [string] $Prefix)

    Add-SecretCount
    "$Prefix$(Get-SecretMark)$([guid]::NewGuid().ToString('N'))"
}

function Add-RedirectUri {
    <#
    .SYNOPSIS
    Registers one more redirect URI, so that two workers that sign in at once don't meet on one port.
    #>
    param([Parameter(Mandatory)] $App)

    $uri = "http://localhost:$(Get-FreePort)/callback"
    $null = Invoke-FakeNotionControl integrations -Body @{ clientId = $App.ClientId; redirectUris = @($uri) }
    $uri
}

function Connect-App {
    <#
    .SYNOPSIS
    Signs in in this process, as a user does.
    #>
    param([Parameter(Mandatory)] $App)

    $secret = ConvertTo-SecureString $App.ClientSecret -AsPlainText -Force
    $client = @{ ClientId = $App.ClientId; ClientSecret = $secret }
    $place = @{ BaseUri = $App.BaseUri; RedirectUri = $App.RedirectUri; TimeoutSec = 120 }
    Connect-NotionWorkspace -Name $App.Name @client @place -ErrorAction Stop 6> $null
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Text)))
}
