# Part of NotionAuth.Reliability.psm1: the store's file, its disk, its password, and what it holds.

function Sync-Store {
    <#
    .SYNOPSIS
    Makes this process's picture of the store that of the file; says what is wrong with the file, or nothing.
    #>
    # The plain file vault keeps no picture: it reads its file each time.
    if ($script:PlainVault) { return }
    $assembly = [AppDomain]::CurrentDomain.GetAssemblies().Where(
        { $_.GetName().Name -eq 'Microsoft.PowerShell.SecretStore' }
    )[0]
    $static = [Reflection.BindingFlags]'Static,NonPublic,Public'
    $parameters = [object[]]::new(3)
    # Reflection takes no wrapped objects.
    if ($script:StorePassword) { $parameters[0] = $script:StorePassword.PSObject.BaseObject }
    # SecretStore's own timer would read beside us, and it has one PowerShell object for both: that ends a process.
    foreach ($list in 'ClearDataUpdateEventList', 'ClearConfigUpdateEventList') {
        $null = $assembly.GetType('Microsoft.PowerShell.SecretStore.SecureStoreFile').GetMethod($list,
            $static).Invoke($null, @())
    }
    $read = $assembly.GetType('Microsoft.PowerShell.SecretStore.SecureStoreFile').GetMethod('ReadFile', $static)
    try { if (-not $read.Invoke($null, $parameters)) { return [string]$parameters[2] } }
    catch { return $_.Exception.GetBaseException().Message }

    $type = $assembly.GetType('Microsoft.PowerShell.SecretStore.LocalSecretStore')
    $store = $type.GetField('LocalStore', $static).GetValue($null)
    if ($store) {
        $data = $type.GetField('_secureStore', [Reflection.BindingFlags]'Instance,NonPublic').GetValue($store)
        $null = $data.GetType().GetMethod('UpdateDataFromFile').Invoke($data, @())
    }
}

function Set-StorePassword {
    <#
    .SYNOPSIS
    Gives the store a password, or (with an empty one) takes it away; this process stays unlocked. Asks: the person at a
    terminal is asked for it.
    #>
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Password, [switch] $Asks)

    $common = @{ Scope = 'CurrentUser'; PasswordTimeout = -1; Confirm = $false }
    if ($Password) {
        $secure = ConvertTo-SecureString $Password -AsPlainText -Force
        $interaction = $Asks ? 'Prompt' : 'None'
        Set-SecretStoreConfiguration @common -Authentication Password -Interaction $interaction -Password $secure
        Unlock-SecretStore -Password $secure -PasswordTimeout -1
        $script:StorePassword = $secure
    }
    else {
        Set-SecretStoreConfiguration @common -Authentication None -Interaction None -Password $script:StorePassword
        $script:StorePassword = $null
    }
}

function Get-DiskFolder { Join-Path $env:HOME '.secretmanagement' }

function Mount-StoreDisk {
    <#
    .SYNOPSIS
    Puts the store on a small disk of its own, which can be filled; says whether it could: only root can, on Linux.
    #>
    if (-not $IsLinux -or (id -u) -ne '0') { return $false }
    $own = Get-DiskFolder
    $copy = Join-Path $script:Folder disk-before
    Copy-Item -LiteralPath $own -Destination $copy -Recurse
    mount -t tmpfs -o size=512k,mode=700 tmpfs $own 2> $null
    $script:HasDisk = $LASTEXITCODE -eq 0
    if ($script:HasDisk) { Copy-Item -Path "$copy/*" -Destination $own -Recurse }
    Remove-Item -LiteralPath $copy -Recurse
    $script:HasDisk
}

function Set-StoreDisk {
    <#
    .SYNOPSIS
    Makes the store's disk read-only (ro) or writable (rw). While a file is open for writing it can't be: then it is
    tried again.
    #>
    param([Parameter(Mandatory)] [ValidateSet('ro', 'rw')] [string] $As)

    Wait-For -PauseMs 1 -What "the store's disk became $As" {
        mount -o "remount,$As" (Get-DiskFolder) 2> $null
        $LASTEXITCODE -eq 0
    }
}

function Add-Filler {
    <#
    .SYNOPSIS
    Fills the store's disk but for so many pages of 4 KB.
    #>
    param([Parameter(Mandatory)] [int] $FreePages)

    $filler = [IO.File]::Create((Join-Path (Get-DiskFolder) filler))
    try {
        $page = [byte[]]::new(4096)
        while ($true) { $filler.Write($page, 0, $page.Length); $filler.Flush() }
    }
    catch [IO.IOException] {
        $filler.SetLength([Math]::Max(0, [Math]::Floor($filler.Length / 4096) - $FreePages) * 4096)
    }
    finally { try { $filler.Dispose() } catch [IO.IOException] { $null = $_ } }
}

function Remove-Filler { [IO.File]::Delete((Join-Path (Get-DiskFolder) filler)) }

function Compare-Store {
    <#
    .SYNOPSIS
    Compares every pair in the store with the newest that Notion issued: says of each connection what is wrong, or
    nothing. A connection that says NeedsReconnect is right to be in no state.
    #>
    param([Parameter(Mandatory)] [string[]] $BotId, [string] $Vault = 'Store')

    $trouble = if ($Vault -eq 'Store') { Sync-Store }
    if ($trouble) { return "The store's file can't be read: $trouble" }
    $tokens = @((Invoke-FakeNotionControl state).tokens)
    foreach ($id in $BotId) {
        $newest = @($tokens | Where-Object botId -EQ $id)[-1]
        try {
            $stored = Get-Secret -Vault $Vault -Name "NotionAuth-$id" -AsPlainText -ErrorAction Stop | ConvertFrom-Json
        }
        catch { "Connection $id is not readable: $($_.Exception.Message)"; continue }
        if ($stored.needs_reconnect) { continue }
        if ($stored.access_token -cne $newest.accessToken -or $stored.refresh_token -cne $newest.refreshToken) {
            "Connection $id holds an older pair than Notion issued."
        }
    }
}

function New-ForeignSecret {
    <#
    .SYNOPSIS
    Puts secrets that aren't ours beside ours; Compare-ForeignSecret says which of them have changed.
    #>
    param([int] $Count = 5)

    $script:Foreign = @{}
    for ($i = 1; $i -le $Count; $i++) {
        $text = "foreign-$i-" + ('x' * 97 * $i)
        $script:Foreign["Foreign$i"] = Get-Sha256 $text
        Set-Secret -Vault Store -Name "Foreign$i" -Secret $text
    }
}

function Compare-ForeignSecret {
    <#
    .SYNOPSIS
    What has become of the secrets that aren't ours: says which have changed.
    #>
    foreach ($name in $script:Foreign.Keys) {
        $text = Get-Secret -Vault Store -Name $name -AsPlainText -ErrorAction Ignore
        if (-not $text -or (Get-Sha256 $text) -ne $script:Foreign[$name]) { "The foreign secret $name has changed." }
    }
}

function Compare-Foreign {
    <#
    .SYNOPSIS
    Compares what another process saw of the secrets that aren't ours (names and SHA-256) with what they were.
    #>
    param([Collections.IDictionary] $Seen)

    foreach ($name in $script:Foreign.Keys) {
        if ("$($Seen[$name])" -ne $script:Foreign[$name]) { "The foreign secret $name has changed." }
    }
}

function Get-Fingerprint {
    <#
    .SYNOPSIS
    What Notion holds of a bot, as one text: it changes when Notion commits something.
    #>
    param([Parameter(Mandatory)] [string] $BotId)

    @(
        (Invoke-FakeNotionControl state).tokens | Where-Object botId -EQ $BotId |
            ForEach-Object { Get-Sha256 "$($_.accessToken) $($_.accessState) $($_.refreshToken) $($_.refreshState)" }
    ) -join ' '
}
